"""Damaged database files: each command says a sentence or gives its answer; no traceback, no hang, no crash.

    python -m tests.faults.mutations --files 500 [--seed 1] [--kind zero_page] [--keep FOLDER]

Each file is a copy of one demo database with something done to it (tests/faults/mutants.py), opened by the
reading commands, an export, a save and doctor inside one process, every fortieth by real processes and some
by the screens. A save on a damaged file is refused or whole. Memory is limited; a file may take 60 seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui import locale
from crm_tui.cli.main import run as run_command
from crm_tui.storage.driver import sqlite3
from tests.faults import mutants, processes

SECONDS = 60
MEMORY = 3 << 30
BY_PROCESS, BY_SCREENS = 40, 25
OUR_FAULT = "程序内部出错"
TOKEN = "写在损坏文件上的跟进"


class Outcome(NamedTuple):
    """What a run came to: files, how often each exit status came, and ``faults``, which must be empty."""

    files: int
    statuses: dict[int, int]
    refused: int
    faults: list[str]


def run(folder: Path, files: int, *, seed: int = 1, kind: str = "") -> Outcome:
    """Make so many damaged files and open each; a process that dies is started again behind its file."""
    mutants.prepare(folder)
    statuses: Counter[int] = Counter()
    faults: list[str] = []
    refused = done = 0
    while done < files:
        arguments = ["--child", folder, "--first", done, "--files", files, "--seed", seed, "--kind", kind]
        process = processes.child("tests.faults.mutations", *arguments)
        output, errors = process.communicate()
        for line in output.splitlines():
            case = json.loads(line)
            done = case["number"] + 1
            statuses.update(case["statuses"])
            refused += case["refused"]
            faults += [f"{case['number']} {case['kind']}: {each}" for each in case["faults"]]
        if process.returncode:
            faults.append(f"{done}: the process ended with {process.returncode}: {errors[-2500:]}")
            done += 1
    return Outcome(files, dict(statuses), refused, faults)


def child(folder: Path, first: int, files: int, seed: int, kind: str) -> None:
    """Look at the damaged files one after the other and print what each came to."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    os.environ |= {"HOME": str(folder), "CRM_LANG": "zh"}
    locale.set_language("zh")
    for number in range(first, files):
        name, path = mutants.make(folder, number, seed, kind)
        case = {"number": number, "kind": name, "statuses": [], "refused": 0, "faults": []}
        signal.alarm(SECONDS)
        look(path, number, case)
        if name == "untouched" and any(case["statuses"]):
            case["faults"].append(f"a sound file gave {case['statuses']}")
        print(json.dumps(case), flush=True)
    signal.alarm(0)


def look(path: Path, number: int, case: dict[str, Any]) -> None:
    """Run the commands on one file."""
    out = path.parent / "out.json"
    commands = [
        ["due", "--all"],
        ["show", "2024-SH-001"],
        ["history"],
        ["history", "2024-SH-001"],
        ["export", "customers", str(out)],
        ["doctor", "--read-only"],
        ["log", "2024-SH-001", TOKEN],
        ["due", "--all"],
    ]
    for words in commands:
        out.unlink(missing_ok=True)
        argv = [*words, "--db", str(path)]
        if number % BY_PROCESS == 0:
            status, text = _by_process(argv)
        else:
            status, text = _inside(argv)
        case["statuses"].append(status)
        case["faults"] += _wrong(words, status, text)
        if words[0] == "log":
            case["refused"] += status != 0
            case["faults"] += _half_saved(path, status)
    if number % BY_SCREENS == 1:
        case["faults"] += asyncio.run(_screens(path))


def _wrong(words: list[str], status: int, text: str) -> list[str]:
    found = []
    if "Traceback" in text or OUR_FAULT in text:
        found.append(f"{words[0]}: {text[-1800:]}")
    elif status and not text.strip():
        found.append(f"{words[0]}: exit status {status} without a word")
    elif status not in (0, 1, 2, 3, 4, 70):
        found.append(f"{words[0]}: exit status {status}: {text[-300:]}")
    elif status and "Error" in text:
        found.append(f"{words[0]}: the name of an exception: {text[-300:]}")
    return found


def _inside(argv: list[str]) -> tuple[int, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = run_command(argv, lambda *_all: 0)
    except BaseException as error:
        return 99, f"Traceback: {type(error).__name__}: {error}"
    text = err.getvalue()
    if OUR_FAULT in text:
        log = next(Path(os.environ["HOME"]).rglob("crm-tui.log"), None)
        text += log.read_text("utf-8")[-1500:] if log else ""
    return status, text


def _by_process(argv: list[str]) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "crm_tui", *argv], capture_output=True, text=True, cwd=processes.ROOT
    )
    return done.returncode, done.stderr


def _half_saved(path: Path, status: int) -> list[str]:
    """Return whether a save was acknowledged and is not whole, or was refused and is there."""
    try:
        connection = sqlite3.connect(path)
        found = connection.execute(
            "SELECT a.id, a.created_in, (SELECT count(*) FROM change c WHERE c.change_set = a.created_in"
            " AND c.entity = 'activity' AND c.entity_id = a.id), s.chain IS NOT NULL, a.content"
            " FROM activity a LEFT JOIN change_set s ON s.id = a.created_in ORDER BY a.id DESC LIMIT 1"
        ).fetchall()
        connection.close()
    except (sqlite3.Error, UnicodeDecodeError):
        # What cannot be read cannot be asked.
        return []
    found = [row[:4] for row in found if row[4] == TOKEN]
    if status == 0 and (len(found) != 1 or found[0][2:] != (1, 1)):
        return [f"acknowledged and not whole: {found}"]
    return [f"refused and there: {found}"] if status and found else []


class _Kept(list[BaseException]):
    """The faults of an app, which stay when they are taken out."""

    def pop(self, _at: Any = 0) -> BaseException:
        return self[0]


async def _screens(path: Path) -> list[str]:
    from crm_tui.tui.app import CrmApp
    from crm_tui.tui.opening import Nobody, try_to_open
    from crm_tui.tui.screens.welcome import WelcomeScreen
    from tests.tui.driver import story

    told: list[BaseException] = []
    try:
        opened = try_to_open(path, False)
        app = CrmApp(
            opened.session or Nobody(),
            start="today" if opened.session else "welcome",
            rooms={"welcome": partial(WelcomeScreen, path, opened.refusal)},
            settings={},
        )
        # Said on the screen; the driver hands them on, too.
        told = app.faults = _Kept()
        async with story(app) as user:
            for key in ("down", "enter", "down", "escape", "2", "down", "enter"):
                await user.press(key)
        if opened.session:
            opened.session.close()
    except BaseException as error:
        if error in told:
            return []
        import traceback

        return ["screens: " + "".join(traceback.format_exception(error))[-1800:]]
    return []


def main() -> int:
    """Run the command; the exit code is 1 when a file was not dealt with."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=("", *mutants.KINDS), default="")
    parser.add_argument("--keep", type=Path, help="put the files there and leave them")
    parser.add_argument("--first", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.child:
        child(wanted.child, wanted.first, wanted.files, wanted.seed, wanted.kind)
        return 0
    folder = wanted.keep or Path(tempfile.mkdtemp(prefix="crm-mutants-"))
    try:
        outcome = run(folder, wanted.files, seed=wanted.seed, kind=wanted.kind)
    finally:
        if not wanted.keep:
            shutil.rmtree(folder)
    print(
        f"{outcome.files} damaged files: exit statuses {dict(sorted(outcome.statuses.items()))},"
        f" {outcome.refused} saves refused; {len(outcome.faults) or 'nothing'} went wrong"
    )
    for fault in outcome.faults:
        print(f"    {fault}")
    return int(bool(outcome.faults))


if __name__ == "__main__":
    sys.exit(main())
