"""What every test shares: a machine without a user's settings, and the labelled inputs where they exist."""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from crm_tui import locale, session
from crm_tui.dedupe import hands
from crm_tui.exchange import ahead, reading
from crm_tui.storage import jobs
from tests import made, warm

settings.register_profile(
    "suite", max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
settings.register_profile("deep", max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("CRM_HYPOTHESIS", "suite"))

SIZES = {name: value for name, value in vars(jobs).items() if name.isupper()}
# What tests leave is looked for behind a few of them, not many times in each.
gc.set_threshold(50_000, 5, 5)
COLLECTING = gc.get_threshold()
MEMORY, ROOM = Path("/dev/shm"), 4 << 30  # where files may lie in memory, and what must be free there
SETTINGS = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "CRM_DB", "CRM_LANG", "NO_COLOR")
session.create_database = made.once(session.create_database)


def _folder(prefix: str) -> str:
    made = tempfile.mkdtemp(prefix=prefix)
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


# What a module makes for its tests is made before the fixtures of the first of them.
for _name in SETTINGS:
    os.environ.pop(_name, None)
os.environ.update(HOME=_folder("crm-home-"), CRM_LANG="zh")
locale.set_language("zh")

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # Started behind a shell's `&`: Ctrl+C is to reach the programs under test all the same.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """With -n, neighbours run in one process: what a file or room makes for its tests is made once."""
    if getattr(config.option, "numprocesses", None) and config.option.dist == "no":
        config.option.dist = "worksteal"


def pytest_configure(config: pytest.Config) -> None:
    """Compile once what workers import and the hundreds of programs that tests start, for the next run too.

    Each would compile the source anew where nothing is written beside it.
    """
    _write_in_memory(config)
    if "PYTHONPYCACHEPREFIX" in os.environ:
        return
    try:
        sys.pycache_prefix = str(config.cache.mkdir("compiled"))
    except (AttributeError, OSError):  # without the plugin of the cache, or in a folder that is read only
        sys.pycache_prefix = _folder("crm-compiled-")
    sys.dont_write_bytecode = False
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def _write_in_memory(config: pytest.Config) -> None:
    """Let the files of tests lie in memory where there is room: thousands of saves would wait for the disk.

    The campaigns of tests/faults are played on a disk all the same.
    """
    fits = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    if fits and config.option.basetemp is None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Have every other worker import the tests from the last on: what one has compiled, the other finds."""
    worker = getattr(session.config, "workerinput", {}).get("workerid", "gw0")
    asked = session.config.args == session.config.getini("testpaths")
    if asked and int(worker.removeprefix("gw")) % 2:
        root = Path(__file__).parents[1]
        for path in sorted(root.glob("tests/**/test_*.py"), reverse=True):
            importlib.import_module(".".join(path.relative_to(root).with_suffix("").parts))


def pytest_collection_finish() -> None:
    """Let the collector look through what tests make, not through the tests themselves each time."""
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None]:
    """Fail a test that leaves the sizes of parts other than they were: the next one may be any.

    The language and how often is collected are put back: an app sets both for a process of its own.
    """
    result = yield
    locale.set_language("zh")
    gc.set_threshold(*COLLECTING)
    left = {name: value for name, value in SIZES.items() if getattr(jobs, name) != value}
    for name, value in left.items():
        setattr(jobs, name, value)
    assert not left, f"the test changed them for all behind it: {left}"
    return result


@pytest.fixture(autouse=True)
def _isolated(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's own settings, language and database out of every test."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CRM_LANG", "zh")
    locale.set_language("zh")


@pytest.fixture
def made_anew() -> Iterator[None]:
    """Ask for new databases to be made as the program makes them: how is the point."""
    with made.anew():
        yield


@pytest.fixture
def started_anew() -> None:
    """Ask for the processes that read sheets and make ahead to be started as the program starts them."""


@pytest.fixture(autouse=True)
def _started_warm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fork these processes from one that has imported the program, where they are not what is tested."""
    if hasattr(os, "fork") and sys.platform == "linux" and "started_anew" not in request.fixturenames:
        for room in (reading, ahead, hands):
            monkeypatch.setattr(room, "subprocess", warm.STANDING_IN)


def pytest_unconfigure() -> None:
    """End the process that the others were forked from."""
    warm.end()


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Return the folder of real and labelled inputs, or skip where there is none."""
    named = os.environ.get("CRM_TEST_DATA")
    if not named or not Path(named).is_dir():
        pytest.skip("CRM_TEST_DATA names no folder of test inputs")
    return Path(named)
