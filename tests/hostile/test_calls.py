"""Hostile texts through every command: nothing of them steers a terminal, nothing ends in a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile import lines
from tests.hostile.calls import Said, askew, judged
from tests.hostile.corpus import KINDS, corpus, offences
from tests.hostile.walk import commands, place
from tests.hostile.world import OWNER, fields_left_out

FEW = 24


def test_the_corpus_is_large_and_of_every_kind() -> None:
    texts = corpus()
    assert len(set(texts)) == 500
    assert {text for kind in KINDS.values() for text in kind} <= set(texts)
    assert sum(bool(offences(text)) for text in texts) > 150


def test_every_field_that_holds_text_gets_some() -> None:
    assert fields_left_out() == []


def test_every_command_has_its_line() -> None:
    """A new command needs a line in lines.py that calls it with hostile words."""
    assert set(lines.commands()) == set(lines.LINES)


def test_what_gets_through_is_seen() -> None:
    assert judged(("show", "x"), Said(0, "a\x1b[31mb\n", ""))
    assert judged(("show", "x"), Said(0, "", "\x9b31m"))
    assert judged(("show", "x"), Said(0, "a\tb\u202e", ""))
    assert judged(("show", "x"), Said(70, "", ""))
    assert judged(("show", "x", "--json"), Said(0, "{'a'}", ""))
    assert not judged(("show", "x"), Said(1, "好\n", "没有\n"))
    assert askew("甲    乙\n一    二\n三三三三\n", ("甲", "乙"))


@pytest.mark.requirement("S0-26")
def test_no_command_lets_hostile_data_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "LOGNAME", "USER", "CRM_DB", "CRM_LANG"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr("crm_tui.session.system_login", lambda: OWNER)
    monkeypatch.setattr("crm_tui.cli.upkeep.system_login", lambda: OWNER)
    monkeypatch.chdir(tmp_path)
    texts = corpus()[::20]
    place(tmp_path, texts)
    wrong, counts = commands(tmp_path, texts, every=FEW, shared=1)
    assert wrong[:5] == []
    assert counts["calls"] > 150
