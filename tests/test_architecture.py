"""The shape of the house: every check holds over the source, and every check can fail."""

from __future__ import annotations

import pytest

from tests import architecture
from tests.architecture import CHECKS, LEVELS, check_length, check_paths, modules, parse, texts

BAD = {
    "levels": [
        ("crm_tui/text/money.py", "from crm_tui.storage import database"),
        ("crm_tui/storage/database.py", "import crm_tui.access.users"),
        ("crm_tui/presets/loader.py", "from crm_tui.access import users"),
        ("crm_tui/customers/service.py", "from ..followups import service"),
        ("crm_tui/followups/service.py", "def f():\n    from crm_tui.queue import service"),
        ("crm_tui/exchange/mapping.py", "from crm_tui import queue"),
        ("crm_tui/session.py", "from crm_tui.cli import main"),
        ("crm_tui/cli/main.py", "from crm_tui.tui.app import App"),
        ("crm_tui/tui/app.py", "from crm_tui import cli"),
        ("crm_tui/tui/screens/today.py", "from ...cli import output"),
        ("crm_tui/helpers/paths.py", "import os"),
        ("crm_tui/customers/store.py", "import importlib\nimportlib.import_module('crm_tui.session')"),
    ],
    "stores": [
        ("crm_tui/followups/service.py", "from crm_tui.customers.store import find"),
        ("crm_tui/followups/service.py", "from crm_tui.customers.store import CustomerRow, find"),
        ("crm_tui/followups/service.py", "import crm_tui.customers.store"),
        ("crm_tui/tui/screens/today.py", "from crm_tui.queue import store_rows"),
        ("crm_tui/customers/model.py", "from crm_tui.storage.database import Database"),
        ("crm_tui/customers/model.py", "from . import store"),
    ],
    "screens": [
        ("crm_tui/cli/output.py", "from rich.table import Table"),
        ("crm_tui/text/cells.py", "import textual"),
    ],
    "cursors": [
        ("crm_tui/queue/store.py", "def f(reader):\n    for row in reader.execute(DUE):\n        yield row"),
        ("crm_tui/queue/store.py", "def f(reader):\n    return (row[0] for row in reader.execute(DUE))"),
        ("crm_tui/queue/store.py", "def f(reader):\n    rows = reader.execute(DUE)\n    yield from rows"),
        ("crm_tui/queue/store.py", "def f(c):\n    rows = c.execute(DUE)\n    return [r[0] for r in rows]"),
    ],
    "driver": [
        ("crm_tui/storage/database.py", "import sqlite3"),
        ("crm_tui/access/scope.py", "from pysqlite3 import dbapi2"),
    ],
    "forbidden": [
        ("crm_tui/exchange/child.py", "import pickle"),
        ("crm_tui/tui/app.py", "import webbrowser"),
        ("crm_tui/text/money.py", "def f(s):\n    return eval(s)"),
        ("crm_tui/cli/main.py", "import os\nos.system('ls')"),
    ],
    "processes": [
        ("crm_tui/cli/main.py", "import subprocess"),
        ("crm_tui/tui/app.py", "from os import execv"),
        ("crm_tui/storage/backup.py", "import os\ndef f():\n    os.fork()"),
        (
            "crm_tui/search/index.py",
            "from concurrent.futures import ProcessPoolExecutor\np = ProcessPoolExecutor()",
        ),
        ("crm_tui/exchange/reading.py", "import subprocess\nsubprocess.run(['ls'])"),
        ("crm_tui/exchange/reading.py", "import subprocess\ndef f(argv):\n    subprocess.Popen(argv)"),
        ("crm_tui/exchange/reading.py", "import subprocess\nA = ['ls']\ndef f():\n    subprocess.Popen(A)"),
        (
            "crm_tui/exchange/reading.py",
            "import subprocess, sys\nA = [sys.executable, '-I', '-m', 'crm_tui.exchange.child']\n"
            "def f():\n    A = ['ls']\n    subprocess.Popen(A)",
        ),
        (
            "crm_tui/exchange/reading.py",
            "import subprocess, sys\n"
            "subprocess.Popen([sys.executable, '-I', '-m', 'crm_tui.exchange.child'], shell=True)",
        ),
    ],
    "import time": [
        ("crm_tui/config.py", "SETTINGS = open('settings.toml').read()"),
        (
            "crm_tui/text/fold.py",
            "from pathlib import Path\nTABLE = Path(__file__).with_name('t').read_text()",
        ),
        ("crm_tui/config.py", "import os\nHOME = os.environ['HOME']"),
        ("crm_tui/cli/due.py", "from crm_tui import clock\ndef due(day=clock.today()):\n    pass"),
        ("crm_tui/clock.py", "from datetime import date\nclass A:\n    day = date.today()"),
    ],
}

GOOD = [
    ("crm_tui/config.py", "from crm_tui.locale import _\nfrom crm_tui.errors import BadInput"),
    ("crm_tui/queue/service.py", "from crm_tui.customers import service\nfrom .store import rows"),
    ("crm_tui/tui/screens/today.py", "from textual.app import App\nfrom crm_tui.session import Session"),
    ("crm_tui/__main__.py", "def main():\n    from crm_tui.cli import main\n    from crm_tui.tui import app"),
    ("crm_tui/cli/main.py", "from crm_tui import __version__\nfrom crm_tui.cli.output import emit"),
    ("crm_tui/storage/driver.py", "import sqlite3"),
    ("crm_tui/tui/screens/today.py", "from crm_tui.queue.store import QueueRow"),
    (
        "crm_tui/customers/model.py",
        "from pydantic import BaseModel\nfrom crm_tui.text.uscc import check_code",
    ),
    (
        "crm_tui/exchange/reading.py",
        "import subprocess, sys\nCHILD = [sys.executable, '-I', '-m', 'crm_tui.exchange.child']\n"
        "def start():\n    return subprocess.Popen(CHILD, stdin=subprocess.PIPE)",
    ),
    ("crm_tui/text/fold.py", "import re\nWORD = re.compile('x')\ndef f(p):\n    return p.read_text()"),
    ("crm_tui/storage/triggers.py", "if __name__ == '__main__':\n    print(open('x'))"),
]


@pytest.mark.parametrize("name", CHECKS)
def test_the_source_holds_the_rule(name: str) -> None:
    assert [fault for module in modules() for fault in CHECKS[name](module)] == []


@pytest.mark.parametrize(
    ("name", "path", "source"), [(name, *sample) for name, samples in BAD.items() for sample in samples]
)
def test_each_rule_catches_a_breach(name: str, path: str, source: str) -> None:
    assert CHECKS[name](parse(path, source)), f"{name} does not see: {source}"


@pytest.mark.parametrize(("path", "source"), GOOD)
def test_no_rule_refuses_what_is_right(path: str, source: str) -> None:
    module = parse(path, source)
    assert [fault for check in CHECKS.values() for fault in check(module)] == []


def test_every_check_has_a_breach_it_catches() -> None:
    assert set(BAD) == set(CHECKS)


def test_every_room_of_the_tree_has_a_level() -> None:
    package = architecture.ROOT / "crm_tui"
    rooms = {
        path.stem for path in package.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert rooms - {"__init__", "__pycache__"} <= set(LEVELS)


def test_no_file_is_longer_than_the_cap() -> None:
    sources = [(path, text) for path, text in texts() if path.endswith(".py")]
    assert [fault for path, text in sources for fault in check_length(path, text)] == []
    assert len(sources) > 20
    assert check_length("long.py", "x = 1\n" * 401)
    assert not check_length("short.py", "x = 1\n" * 400)


def test_nothing_names_a_folder_of_the_machine_it_was_written_on() -> None:
    assert [fault for path, text in texts() for fault in check_paths(path, text)] == []
    for folder in ("work", "root", "home", "Users"):
        assert check_paths("x.py", f"PATH = '/{folder}/somebody/x'")
    assert not check_paths("x.py", "tui/work.py, ~/x, $XDG/home/x")
