"""Today and Customers in four kinds of terminal look as they were last agreed on, styles included."""

from __future__ import annotations

from pathlib import Path

from tests.tui.golden import FOLDER, captured, database


def test_terminals_show_what_was_agreed(tmp_path: Path) -> None:
    shown = captured(database(tmp_path))
    kept = {file.stem: file.read_text("utf-8") for file in FOLDER.glob("*.txt")}
    assert shown == kept
    for name, text in kept.items():
        if name.startswith("no-color"):
            assert not any(part.strip().isdigit() for part in _styles(text)), name
        if not name.startswith("screen"):
            assert "38;" not in text and "48;" not in text, name


def _styles(text: str) -> list[str]:
    return [word for part in text.split("{")[1:] for word in part.partition("}")[0].split()]
