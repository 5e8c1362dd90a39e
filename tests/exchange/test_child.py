"""The parsing process alone: what it answers, and that nothing in a file can hurt more than it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from crm_tui.exchange.guard import Limits
from crm_tui.exchange.reading import CHILD
from tests.exchange import sheets
from tests.pace import PATIENCE


def ask(
    path: Path, sheet: str | None = None, chosen: str = "", limits: Limits = Limits()
) -> tuple[int, list[Any]]:
    """Return the child's status and its records."""
    request = {"path": os.fsencode(path).decode("latin-1"), "sheet": sheet, "limits": asdict(limits)}
    said = "\n".join(map(json.dumps, (request, {"sheet": chosen}))) + "\n"
    done = subprocess.run(CHILD, input=said.encode(), capture_output=True, timeout=PATIENCE, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_the_argv_is_fixed() -> None:
    assert [sys.executable, "-I", "-m", "crm_tui.exchange.child"] == CHILD


def test_it_tells_the_sheets_then_the_rows_then_the_end(tmp_path: Path) -> None:
    path = sheets.workbook(
        tmp_path / "客户.xlsx",
        {"说明": [["先看"]], "客户": [["客户名称"], [13800138000.0]], "内": [["x"]]},
        hidden=["内"],
    )
    status, (first, hidden, rows, end) = ask(path, chosen="客户")
    assert hidden == {"hidden": {"rows": [], "columns": []}}
    assert status == 0 and end == {"end": True} and first["kind"] == "xlsx"
    assert first["sheets"] == [
        {"name": "说明", "state": "visible", "head": [[1, "先看"]], "total": 1},
        {"name": "客户", "state": "visible", "head": [[1, "客户名称"], [2, "13800138000"]], "total": 2},
        {"name": "内", "state": "hidden", "head": [], "total": 0},
    ]
    assert rows == {"rows": [[1, "客户名称"], [2, "13800138000"]], "flags": {}, "spans": {}}


def test_rows_come_in_batches_without_trailing_blanks(tmp_path: Path) -> None:
    path = sheets.text(
        tmp_path / "a.csv", "客户名称,电话,备注\n" + "".join(f"客户{n},,\n" for n in range(2500))
    )
    status, (first, _hidden, *batches, _end) = ask(path)
    assert status == 0 and len(first["sheets"][0]["head"]) == 100
    assert [len(batch["rows"]) for batch in batches] == [1000, 1000, 501]
    assert batches[0]["rows"][1] == [2, "客户0"]


def test_it_stops_when_nobody_chooses(tmp_path: Path) -> None:
    path = sheets.text(tmp_path / "a.csv", "客户名称\n上海\n")
    request = {"path": os.fsencode(path).decode("latin-1"), "sheet": None, "limits": asdict(Limits())}
    said = json.dumps(request).encode() + b"\n"
    done = subprocess.run(CHILD, input=said, capture_output=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 1


def test_a_refusal_is_one_record(tmp_path: Path) -> None:
    assert ask(tmp_path / "none.csv") == (0, [{"error": "missing", "details": {}}])
    assert ask(sheets.bomb(tmp_path / "a.xlsx")) == (0, [{"error": "bomb", "details": {}}])


def test_a_request_that_is_none_is_answered() -> None:
    done = subprocess.run(CHILD, input=b"nonsense\n", capture_output=True, timeout=PATIENCE, check=False)
    assert json.loads(done.stdout)["error"] == "broken"


def test_a_reader_that_panics_is_a_damaged_file(test_data: Path, tmp_path: Path) -> None:
    whole = (test_data / "real/odd_workbooks/any_sheets.xls").read_bytes()
    path = tmp_path / "a.xls"
    for share in (0.5, 0.7, 0.9):
        path.write_bytes(whole[: int(len(whole) * share)])
        status, records = ask(path)
        assert (status, records[0]["error"]) == (0, "broken")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the address space")
def test_the_memory_limit_holds(tmp_path: Path) -> None:
    status, records = ask(sheets.sparse(tmp_path / "a.xlsx"))
    assert status < 0 and records == []
    path = sheets.text(tmp_path / "a.csv", "客户名称,电话\n" + "上海,1\n" * 2_000_000)
    status, records = ask(path, limits=Limits(memory=90 << 20))
    assert (status, records) == (0, [{"error": "too_large", "details": {}}])


def test_one_long_text_used_everywhere_is_bounded(tmp_path: Path) -> None:
    rows = [["客户名称", "备注"], *(["上海", "长" * 30_000] for _ in range(200))]
    path = sheets.workbook(tmp_path / "a.xlsx", rows)
    assert ask(path, chosen="客户", limits=Limits(output_chars=1 << 20))[1][-1]["error"] == "too_large"
    long = ask(path, chosen="客户", limits=Limits(cell_chars=20_000))[1][-1]
    assert long == {"error": "long_cell", "details": {"row": 2}}


_OWN = (
    "looks",
    "number_formats",
    "ods_parts",
    "unseen",
    "xls_parts",
    "xlsb_parts",
    "xlsx_parts",
    "child",
    "formulas",
    "guard",
    "encoding",
    "delimited",
    "workbook",
    "everyday",
    "merges",
    "wide_text",
    "uncalculated",
)


def test_it_loads_nothing_of_the_program_but_its_own(tmp_path: Path) -> None:
    code = "import sys, crm_tui.exchange.child; print([m for m in sys.modules if m.startswith('crm_tui')])"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.removeprefix("crm_tui") for name in json.loads(done.stdout.replace("'", '"'))}
    own = {
        "",
        ".exchange",
        *(f".exchange.{m}" for m in _OWN),
    }
    assert loaded == own
