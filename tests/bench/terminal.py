"""How the screens feel in a terminal, beside a minimal Textual program and other programs, in one run.

Run by hand: ``python -m tests.bench.terminal --file million.db``; ``--size 120x40,80x24,200x60`` (of all but
the first, the keys alone), ``--rounds 3``, ``--only start,keys,link,memory``, ``--rep LOGIN``, ``--manager
LOGIN``. vim and less show what our own list shows. The checkout is installed, compiled, into a venv made for
the run, or into that of ``--python``. The variable CRM_TERMINAL_BENCH may name a harness (ttybench.py) that
plays the terminal; without it ``tests/bench/pseudo_terminal.py`` does. Prints what was measured, a line for
each bound, and ends with 1 when one is missed. Peers that are not installed are named.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench import key_presses, measures
from tests.bench.bounds import judged
from tests.bench.pseudo_terminal import harness

KINDS: dict[str, Callable[[measures.Run], measures.Found]] = {
    "start": measures.start,
    "keys": key_presses.keys,
    "link": key_presses.link,
    "memory": measures.memory,
}
SAME = "same.txt"  # what our list shows, for vim and less
ROOT = Path(__file__).parents[2]
MINIMAL = """
from textual.app import App
from textual.widgets import Static

class Minimal(App):
    def compose(self):
        yield Static("hello, ready")

Minimal().run()
"""
# Whose queue it is, is told to the program as if the system had said so.
AS_SOMEBODY = """
import pwd
import sys
known = pwd.getpwuid
pwd.getpwuid = lambda number: pwd.struct_passwd(({login!r}, *known(number)[1:]))
sys.argv = ["crm-tui", *sys.argv[1:], "--db", {path!r}]
from crm_tui.__main__ import main
main()
"""


def installed(folder: Path) -> Path:
    """Install the checkout, compiled, into a venv of the run and return its Python."""
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv/bin/python"
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    command = [python, "-m", "pip", "install", "--quiet", ROOT]
    subprocess.run(command, check=True, env=environment, stdout=sys.stderr)
    return python


def logins(python: Path, path: Path) -> dict[str, str]:
    """Return who of a database is measured: the representative with the most customers, and a manager."""
    asked = (
        "import sys; from crm_tui.storage.driver import sqlite3;"
        "c = sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True);"
        "q = 'SELECT p.login FROM person p WHERE p.role = ? AND p.active = 1 ORDER BY"
        " (SELECT count(*) FROM customer c WHERE c.owner_id = p.id) DESC, p.id LIMIT 1';"
        "print(*[c.execute(q, (role,)).fetchone()[0] for role in ('sales_rep', 'sales_manager')])"
    )
    done = subprocess.run([python, "-c", asked, path], check=True, capture_output=True, text=True)
    return dict(zip(("rep", "manager"), done.stdout.split(), strict=True))


def programs(python: Path, path: Path, people: dict[str, str], folder: Path) -> dict[str, list[str]]:
    """Return the command of each program to be measured, by name."""
    minimal = folder / "minimal.py"
    minimal.write_text(MINIMAL)
    found = {"minimal": [str(python), str(minimal)]}
    for who, login in people.items():
        script = folder / f"{who}.py"
        script.write_text(AS_SOMEBODY.format(login=login, path=str(path)))
        found[who] = [str(python), str(script)]
    table = folder / "lines.csv"
    with table.open("w") as out:
        for n in range(10_000):
            cells = (
                f"C{n:09d}",
                f"上海恒达{n % 977}贸易有限公司",
                f"王{n % 31}",
                f"1380000{n % 9999:04d}",
                "制造业",
            )
            out.write(",".join(cells) + "\n")
    peers = {
        "vim": ["-u", "NONE", "-n", "--cmd", "set nowrap", str(folder / SAME)],
        "less": ["-S", str(folder / SAME)],
        "vd": [str(table)],
        "harlequin": [],
    }
    for name, arguments in peers.items():
        command = shutil.which(name) or shutil.which(name, path=os.environ.get("CRM_BENCH_PEERS", ""))
        if command is None:
            print(f"not installed, not measured: {name}")
        else:
            found[name] = [command, *arguments]
    return found


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--file", type=Path, help="the database; without it a demo of 20,000 is made")
    parser.add_argument("--size", default="120x40,80x24,200x60")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="start,keys,link,memory")
    parser.add_argument("--python", type=Path, help="a Python with the checkout installed and compiled")
    parser.add_argument("--rep")
    parser.add_argument("--manager")
    parser.add_argument("--json", type=Path, help="where to write what was measured")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = given.python or installed(folder)
        path = given.file
        if path is None:
            path = folder / "demo.db"
            demo = [python, "-m", "crm_tui", "demo", "--make", path, "--customers", "20000"]
            subprocess.run(demo, check=True, cwd=folder)
        people = logins(python, path.resolve())
        people |= {who: login for who in people if (login := getattr(given, who))}
        # The settings, drafts and choices of whoever measures play no part.
        os.environ |= {f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("CONFIG", "STATE", "DATA")}
        os.environ["CRM_LANG"] = "zh"
        commands = programs(python, path.resolve(), people, folder)
        found: dict[str, dict[str, float]] = {}
        for place, size in enumerate(given.size.split(",")):
            columns, lines = map(int, size.split("x"))
            run = measures.Run(harness(), commands, columns, lines, given.rounds)
            key_presses.same_text(run, folder / SAME)
            for kind in given.only.split(",") if not place else ("keys",):
                values = KINDS[kind](run)
                found |= values if not place else {f"{size} {name}": one for name, one in values.items()}
    if given.json:
        given.json.write_text(json.dumps(found, indent=1, ensure_ascii=False))
    print(f"\n{path.name}, {given.size}, {given.rounds} rounds, {people}, harness {run.harness.__name__}")
    for name, values in found.items():
        print(f"{name:<34}" + "  ".join(f"{key} {value:,.1f}" for key, value in values.items()))
    verdicts = judged(found)
    print()
    for fine, text in verdicts:
        print(f"{'pass' if fine else 'FAIL'}  {text}")
    return int(not all(fine for fine, _text in verdicts))


if __name__ == "__main__":
    sys.exit(main())
