"""How long a merge holds the file: ``python -m tests.bench.merges [--children 1000] [--times 7]``.

Of a customer with so many contacts, follow-ups, plans or a quarter of each into another, and its undo:
processor milliseconds inside the write, from the first read to COMMIT, the median of several.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crm_tui.customers import service
from crm_tui.dedupe import merging
from crm_tui.session import Session, create_database, open_session
from crm_tui.storage.change import Change

KINDS = ("contact", "activity", "plan", "project")
INSTANT = "2026-03-01T08:00:00Z"
OTHERS = 2000


def main() -> None:
    """Measure each kind of children, then all of them together."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--children", type=int, default=1000)
    arguments.add_argument("--times", type=int, default=7)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "merges.db"
        create_database(path, login="li", name="李")
        with open_session(path, login="li") as crm:
            crm.write(_crowd)
            for kinds in (*((one,) for one in KINDS), KINDS):
                taken = sorted(measure(crm, kinds, given.children, turn) for turn in range(given.times))
                merge, undo = [sorted(one)[given.times // 2] for one in zip(*taken, strict=True)]
                print(
                    f"{given.children} children ({', '.join(kinds)}): merge {merge:.1f} ms,"
                    f" undo {undo:.1f} ms of the processor",
                    flush=True,
                )


def _crowd(change: Change) -> None:
    rows = [{"name": f"上海{at:04d}号贸易有限公司", "owner_id": 1} for at in range(OTHERS)]
    for row in rows:
        service.add(change, {"kind": "company", **row}, [{"name": "王芳"}], [])


def measure(crm: Session, kinds: tuple[str, ...], children: int, turn: int) -> tuple[float, float]:
    """Return the milliseconds of a merge and of its undo."""

    def make(change: Change) -> tuple[int, int]:
        both: list[int] = []
        for name in ("恒达机械", "上海恒达机械有限公司"):
            values = {"kind": "company", "name": f"{name}{turn}{kinds[0]}{len(kinds)}", "owner_id": 1}
            both.append(service.add(change, values, [{"name": "李娜", "mobile": f"1390000{turn:04d}"}], []))
        for kind in kinds:
            for number in range(children // len(kinds)):
                change.insert(kind, {"customer_id": both[1], **_row(kind, number)})
        return both[0], both[1]

    survivor, loser = crm.write(make).value
    spent, done = _timed(lambda: crm.write(merging.merge, survivor, [loser], {}, {}))
    back, _undone = _timed(lambda: crm.undo(done.set_id))
    return spent, back


def _row(kind: str, number: int) -> dict[str, Any]:
    if kind == "contact":
        return {
            "name": f"张{number}", "mobile": f"138{number:08d}", "email": f"z{number}@hengda.com",
            "title": "经理", "is_primary": 0, "position": number + 1,
        }  # fmt: skip
    if kind == "activity":
        return {"at": INSTANT, "content": f"谈了第{number}次", "origin": "manual", "by_id": 1}
    if kind == "plan":
        return {"due_on": "2026-04-01", "goal": "回访", "owner_id": 1, "origin": "manual"}
    return {"name": f"{number}期"}


def _timed(do: Callable[[], Any]) -> tuple[float, Any]:
    began = time.process_time()
    value = do()
    return (time.process_time() - began) * 1000, value


if __name__ == "__main__":
    main()
