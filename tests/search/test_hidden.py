"""Searching gives the same answers whatever stands in what a person does not see."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from crm_tui.customers.document import (
    ENGLISH,
    NAME,
    NUMBER,
    PAGE,
    REFERRER,
    SHORT,
    TAG,
    build,
    lines,
)  # fmt: skip
from crm_tui.search import apparent, index
from crm_tui.search.candidates import Candidates
from crm_tui.search.grams import TOKEN_SIGNS, grams
from crm_tui.search.parsing import parse
from crm_tui.search.service import Found, search
from crm_tui.search.shown import shown
from crm_tui.search.tiers import tiers
from crm_tui.session import open_session
from crm_tui.storage.driver import sqlite3
from tests.search import hidden_worlds as worlds

SEARCHES = 90
WHO = [
    ("general", "li"), ("general", "chen"), ("general", "qian"),
    ("files", "li"), ("files", "chen"), ("files", "wang"),
]  # fmt: skip


def answers(world: worlds.World, viewer: str, asked: list[str], *, scan: bool) -> list[tuple[Any, ...]]:
    with open_session(world.path, login=viewer) as session:
        if scan:
            session.database.write_untracked(index.note_damage)
        found = []
        for text in asked:
            one: Found = search(session.reader, text, session.person.id, deadline_ms=60_000)
            assert not one.late
            told = shown(session.reader, [hit.id for hit in one.hits])
            found.append((text, one.hits, one.more, one.scan, sorted(told.items())))
        return found


MATCHING = Candidates.matching


def at_most(few: int) -> Any:
    def matching(self: Candidates, expression: str, most: int) -> list[Any]:
        return MATCHING(self, expression, min(most, few))

    return matching


@pytest.mark.requirement("S0-20", "S1-25")
@pytest.mark.parametrize(("preset", "viewer"), WHO)
def test_hidden_values_move_no_answer(
    preset: str, viewer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = (worlds.make(tmp_path / f"{variant}.db", preset, viewer, variant) for variant in (1, 2))
    words = tuple(sorted({*one.words, *other.words}))
    asked = worlds.texts(words, SEARCHES, seed=len(viewer))
    for few, scan in ((1 << 20, False), (3, False), (1 << 20, True)):
        # Whoever is out of sight takes no place among the few that are looked at either.
        monkeypatch.setattr(Candidates, "matching", at_most(few))
        first, second = answers(one, viewer, asked, scan=scan), answers(other, viewer, asked, scan=scan)
        for mine, theirs in zip(first, second, strict=True):
            assert mine == theirs
        assert sum(bool(row[1]) for row in first) > SEARCHES // 5


@pytest.mark.requirement("S1-25")
@pytest.mark.parametrize(("preset", "viewer"), [("general", "li"), ("general", "chen"), ("files", "li")])
def test_whoever_is_seen_is_found_by_what_is_seen(preset: str, viewer: str, tmp_path: Path) -> None:
    world = worlds.make(tmp_path / "crm.db", preset, viewer, 1)
    with open_session(world.path, login=viewer) as session:
        rows = session.reader.execute("SELECT customer_id, haystack FROM listed").fetchall()
        assert rows
        for customer_id, text in rows:
            for kind, line in lines(text):
                if kind in "npm":
                    hits = search(session.reader, line, session.person.id, deadline_ms=60_000, limit=200).hits
                    assert customer_id in [hit.id for hit in hits], line


@pytest.mark.requirement("S0-20")
def test_a_reason_given_makes_contacts_findable(tmp_path: Path) -> None:
    world = worlds.make(tmp_path / "crm.db", "files", "li", 1)
    with open_session(world.path, login="wang") as session:
        sql = (
            "SELECT t.customer_id, t.mobile FROM contact t JOIN customer c ON c.id = t.customer_id"
            " JOIN person p ON p.id = c.owner_id WHERE p.login = 'qian' ORDER BY t.id"
        )
        customer_id, mobile = session.reader.execute(sql).fetchall()[0]
    with open_session(world.path, login="li") as session:
        me = session.person.id
        assert search(session.reader, mobile, me, deadline_ms=60_000).hits == ()
        session.unmask(customer_id, "contact", "回访")
        found = search(session.reader, mobile, me, deadline_ms=60_000)
        assert [hit.id for hit in found.hits] == [customer_id]


def test_hidden_documents_are_read_as_the_index_reads_them() -> None:
    """What is quickly told of a document's grams is what making them all would tell."""
    dice = Random(3)
    made = [_document(dice) for _each in range(200)]
    pool = sorted(set().union(*map(grams, made)))
    for document in made:
        whole = grams(document)
        for gram in (*whole, *dice.sample(pool, 60)):
            assert apparent.Shown(document).has(gram) is (gram in whole), (document, gram)


def _document(dice: Random) -> str:
    values, tags = worlds.customer(dice)
    kinds = (
        (NAME, values["name"]), (SHORT, values["short_name"]), (ENGLISH, values["english_name"]),
        (PAGE, values["website"]), (NUMBER, "C00017"), (REFERRER, values["referrer"]),
        *((TAG, tag) for tag in tags),
    )  # fmt: skip
    return build(kinds)


TYPED = ("华为", "wang", "huawei", "1380", "王芳 138", "张伟业", "wf@qq.com", "华wei", "c000")


@pytest.mark.parametrize("text", TYPED)
def test_an_expression_is_asked_again_as_the_index_answers_it(text: str) -> None:
    """Of documents without private lines the index's answer and the second look are one."""
    dice = Random(5)
    documents = [_document(dice) for _each in range(150)]
    with closing(sqlite3.connect(":memory:")) as connection:
        signs = TOKEN_SIGNS.replace("'", "''")
        connection.execute(
            "CREATE VIRTUAL TABLE g USING fts5(grams, content='', detail=none, columnsize=0,"
            f" tokenize=\"ascii tokenchars '{signs}'\")"
        )
        rows = [(at, " ".join(grams(one))) for at, one in enumerate(documents)]
        connection.executemany("INSERT INTO g (rowid, grams) VALUES (?, ?)", rows)

        def matching(expression: str) -> set[int]:
            sql = "SELECT rowid FROM g WHERE g MATCH ?"
            return {row[0] for row in connection.execute(sql, (expression,))} if expression else set()

        for tier in (one for term in parse(text).terms for one in tiers(term)):
            sure, unsure, _phones = apparent.divided(tier.expression)
            again = {at for at in matching(unsure) if apparent.holds(unsure, documents[at])}
            assert matching(sure) | again == matching(tier.expression)
