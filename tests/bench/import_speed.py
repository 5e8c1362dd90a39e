"""How long the import of a csv takes, against ``sqlite-utils insert`` of the same file in the same run.

Run by hand: ``python -m tests.bench.import_speed [CSV]``; without one it takes the registry of 30,000
companies from CRM_TEST_DATA. Prints seconds of both and their ratio, and ends with 1 above a bound.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from crm_tui.exchange import importing
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.reading import open_sheet
from crm_tui.session import create_database, open_session

BOUND_SECONDS, BOUND_RATIO = 12.0, 12.0
REGISTRY = "real/companies_registry_30k.csv.gz"


def peer(file: Path, folder: Path) -> float:
    """Return the seconds of ``sqlite-utils insert``."""
    began = time.perf_counter()
    command = [str(Path(sys.executable).with_name("sqlite-utils")), "insert"]
    subprocess.run(
        [*command, str(folder / "peer.db"), "t", str(file), "--csv"], check=True, capture_output=True
    )
    return time.perf_counter() - began


def ours(file: Path, path: Path) -> tuple[float, float, int]:
    """Return the seconds of planning and of writing, and how many customers were added."""
    with open_session(path, login="li") as session:
        began = time.perf_counter()
        with open_sheet(file, known=is_known_heading) as sheet:
            plan = importing.plan_import(session, sheet, importing.explain(session, sheet))
        planned = time.perf_counter()
        with plan:
            result = importing.run_import(session, plan)
        return planned - began, time.perf_counter() - planned, result.added


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if len(sys.argv) > 1:
            file = Path(sys.argv[1])
        else:
            file = folder / "registry.csv"
            file.write_bytes(gzip.decompress((Path(os.environ["CRM_TEST_DATA"]) / REGISTRY).read_bytes()))
        create_database(folder / "team.db", login="li", name="李雷")
        theirs = peer(file, folder)
        plan, write, added = ours(file, folder / "team.db")
    total = plan + write
    print(
        f"sqlite-utils insert: {theirs:.2f} s; import of {added} customers: {total:.2f} s"
        f" (reading and planning {plan:.2f}, writing {write:.2f}); ratio {total / theirs:.1f}"
    )
    return int(total > BOUND_SECONDS or total > BOUND_RATIO * theirs)


if __name__ == "__main__":
    sys.exit(main())
