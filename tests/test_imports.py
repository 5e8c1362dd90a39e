"""What a headless command loads: a prompt that asks what is due must not pay for screens and models."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from crm_tui.cli.usual import Usual, usual
from tests.pace import PATIENCE

ROOT = Path(__file__).parents[1]
HEAVY = {
    *("textual", "rich", "pydantic", "sqlite_utils", "pypinyin", "opencc", "phonenumbers", "email_validator"),
    *(
        "xlsxwriter",
        "python_calamine",
        "olefile",
        "chinese_calendar",
        "rapidfuzz",
        "openpyxl",
        "babel",
        "asyncio",
    ),
}


def run(*arguments: str, importing: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the program from the checkout, without a terminal."""
    listing = ["-X", "importtime"] if importing else []
    return subprocess.run(
        [sys.executable, *listing, "-m", "crm_tui", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def loaded(*arguments: str) -> set[str]:
    """Return the top-level names of all modules that a command loads."""
    done = run(*arguments, importing=True)
    assert done.returncode == 0, done.stderr[-2000:]
    names = re.findall(r"^import time:.*\|\s*(\S+)$", done.stderr, re.M)
    assert "crm_tui" in {name.split(".")[0] for name in names}
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(option: str) -> None:
    assert loaded(option) & HEAVY == set()


def test_what_is_due_loads_nothing_heavy(tmp_path: Path) -> None:
    database = str(tmp_path / "team.db")
    made = run("init", "--db", database)
    assert made.returncode == 0, made.stderr
    assert loaded("due", "--db", database) & HEAVY == set()


def test_the_first_frame_waits_for_nothing_that_comes_later() -> None:
    code = (
        "import sys, crm_tui.__main__, crm_tui.tui.opening; crm_tui.tui.opening.load_textual();"
        "import crm_tui.tui.app, crm_tui.tui.screens.today;"
        "print(*sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr[-2000:]
    names = set(done.stdout.split())
    assert "crm_tui.queue.service" in names
    assert names & (HEAVY - {"textual", "rich", "asyncio"} | {"click", "tomllib"}) == set()
    later = {name for name in names if re.fullmatch(r"crm_tui\.tui\.screens\.(\w+_form|wizard)", name)}
    assert later | names & {"textual.widgets._text_area", "crm_tui.customers.derived"} == set()
    assert names & {"textual.command", "textual.widgets._option_list", "crm_tui.customers.reading"} == set()


def test_what_is_opened_most_takes_nothing_along_that_few_need() -> None:
    code = (
        "import sys; sys.modules['ssl'] = None; import asyncio; del sys.modules['ssl'];"
        "import crm_tui.tui.opening; crm_tui.tui.opening.load_textual(); import crm_tui.tui.app;"
        "from crm_tui.tui.rooms import LIKELY, load; [load(name) for name in LIKELY];"
        "print(*sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr[-2000:]
    names = set(done.stdout.split())
    assert "crm_tui.tui.screens.customer_form" in names
    assert names & (HEAVY - {"textual", "rich", "asyncio"}) == set()
    # OpenSSL, what platformdirs asks for, comparing customers: 3.3, 0.7 and 2 MB of every session.
    assert (
        names & {"_hashlib", "platformdirs", "tempfile", "crm_tui.identity", "crm_tui.search.index"} == set()
    )


@pytest.mark.parametrize(
    ("argv", "means"),
    [
        (["--db", "a.db", "--no-mouse"], Usual(Path("a.db"), mouse=False)),
        (["--read-only", "--db=a.db", "--lang", "en"], Usual(Path("a.db"), read_only=True, language="en")),
        (["--customers", "--db", "a.db"], Usual(Path("a.db"), first="customers")),
        (["due", "--db", "a.db"], None),
        (["--db", "--read-only"], None),
        (["--lang", "fr"], None),
        (["--plain-output"], None),
    ],
)
def test_the_usual_call_is_read_without_the_grammar(argv: list[str], means: Usual | None) -> None:
    assert usual(argv) == means


def test_the_listing_would_see_a_heavy_module() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import pydantic"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert "pydantic" in {
        name.split(".")[0] for name in re.findall(r"^import time:.*\|\s*(\S+)$", done.stderr, re.M)
    }
