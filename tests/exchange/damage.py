"""Read many damaged files as the parsing process does: ``python -m tests.exchange.damage FOLDER SHEET``.

Each file is read by a process of its own that has its memory bounded, forked from this one so that two
hundred take seconds. One line a file: its name and 'end', the code of the refusal, 'killed', or 'nothing'.
"""

from __future__ import annotations

import io
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import python_calamine  # noqa: F401  (once for all)

from crm_tui.exchange import child
from crm_tui.exchange.guard import Limits


def last_record(path: Path, sheet: str) -> str:
    """Return what the last line of the parsing process says about a file."""
    out = path.with_name("answer")
    pid = os.fork()
    if pid == 0:
        request = {"path": os.fsencode(path).decode("latin-1"), "sheet": None, "limits": asdict(Limits())}
        asked: Any = io.TextIOWrapper(
            io.BytesIO(b"%s\n%s\n" % tuple(map(_line, (request, {"sheet": sheet}))))
        )
        with out.open("w") as answer, open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
            sys.stdin, sys.stdout = asked, answer
            child.main()
        os._exit(0)
    _pid, status = os.waitpid(pid, 0)
    if status:
        return "killed"
    lines = out.read_bytes().splitlines()
    record = json.loads(lines[-1]) if lines else {}
    return "end" if "end" in record else record.get("error", "nothing")


def _line(record: dict[str, Any]) -> bytes:
    return json.dumps(record).encode()


if __name__ == "__main__":
    for file in sorted(Path(sys.argv[1]).glob("damaged*")):
        print(file.name, last_record(file, sys.argv[2]), flush=True)
