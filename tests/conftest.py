"""What every test shares: a machine without a user's settings, and the labelled inputs where they exist."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from crm_tui import locale

settings.register_profile(
    "suite", max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
settings.register_profile("deep", max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("CRM_HYPOTHESIS", "suite"))


if "PYTHONPYCACHEPREFIX" not in os.environ:
    # Tests start hundreds of programs: each would compile the source anew where nothing is written beside it.
    _compiled = tempfile.mkdtemp(prefix="crm-compiled-")
    atexit.register(shutil.rmtree, _compiled, ignore_errors=True)
    os.environ["PYTHONPYCACHEPREFIX"] = _compiled
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """With -n, neighbours run in one process: what a file or room makes for its tests is made once."""
    if getattr(config.option, "numprocesses", None) and config.option.dist == "no":
        config.option.dist = "worksteal"


def pytest_collection_finish() -> None:
    """Let the collector look through what tests make, not through the tests themselves each time."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _isolated(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's own settings, language and database out of every test."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "CRM_DB", "CRM_LANG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CRM_LANG", "zh")
    locale.set_language("zh")


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Return the folder of real and labelled inputs, or skip where there is none."""
    named = os.environ.get("CRM_TEST_DATA")
    if not named or not Path(named).is_dir():
        pytest.skip("CRM_TEST_DATA names no folder of test inputs")
    return Path(named)
