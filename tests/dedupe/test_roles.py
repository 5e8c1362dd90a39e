"""Duplicates among customers that one may not see: that they are there is told, and whose; no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_tui.customers import service
from crm_tui.dedupe import decisions, entering, listing, scanning, wording
from crm_tui.identity.features import Record
from crm_tui.search.service import search
from crm_tui.session import Session, open_session
from tests.search import hidden_worlds as worlds

PAIRS = "SELECT a, b, score, veto, terms FROM duplicate_pair ORDER BY a, b"


def foreign(boss: Session, viewer: str) -> tuple[int, str, tuple[str, ...]]:
    """Return a customer of somebody else with a name: its id, its name, what its contact hides."""
    sql = (
        "SELECT c.id, c.name, t.name, t.mobile, t.email FROM customer c"
        " JOIN contact t ON t.customer_id = c.id JOIN person p ON p.id = c.owner_id"
        " WHERE p.login = 'he' AND c.name <> '' AND NOT EXISTS (SELECT 1 FROM collaborator k"
        " JOIN person v ON v.id = k.person_id WHERE k.customer_id = c.id AND v.login = :who) ORDER BY c.id"
    )
    found = boss.reader.execute(sql, {"who": viewer}).fetchone()
    return found[0], found[1], tuple(found[2:])


@pytest.mark.requirement("S2-10", "S0-20")
def test_of_a_foreign_duplicate_owner_and_state_are_told_alone(tmp_path: Path) -> None:
    path = worlds.make(tmp_path / "crm.db", "general", "li", 1).path
    with open_session(path, login="wang") as boss, open_session(path, login="li") as rep:
        customer_id, name, (person, mobile, mail) = foreign(boss, "li")
        typed = Record(name=name, phones=(mobile,), mails=(mail,), contacts=(person,))
        asked = {"name": name, "phones": mobile, "mail": mail}
        told = {one.customer_id: one for one in entering.likely(rep.reader, typed, asked)}
        one = told[customer_id]
        assert (one.visible, one.no, one.name, one.said, one.score, one.lines) == (False, "", "", "", 0.0, ())
        assert one.owner == "同事he"
        assert entering.record_of(rep.reader, customer_id) == Record()
        # A beginning alone tells nobody whom colleagues know.
        assert all(one.visible for one in entering.likely(rep.reader, Record(name=name[:2]), {}))


@pytest.mark.requirement("S1-25")
def test_hidden_contacts_are_no_reason_that_is_told(tmp_path: Path) -> None:
    path = worlds.make(tmp_path / "crm.db", "files", "li", 1).path
    with open_session(path, login="wang") as boss, open_session(path, login="li") as rep:
        customer_id, name, (person, mobile, mail) = foreign(boss, "li")
        typed = Record(name=name, phones=(mobile,), mails=(mail,), contacts=(person,))
        asked = {"name": name, "phones": mobile, "mail": mail}
        told = {one.customer_id: one for one in entering.likely(rep.reader, typed, asked)}[customer_id]
        shown = " ".join(wording.text(line) for line in told.lines)
        assert told.visible
        assert told.name == name
        for secret in (person, mobile, mobile[-4:], mail):
            assert secret not in shown
        assert {line.term for line in told.lines}.isdisjoint({"mobile", "mail", "contact", "landline"})
        by_phone = Record(phones=(mobile,), mails=(mail,), contacts=(person,))
        for one in entering.likely(rep.reader, by_phone, {"phones": mobile}):
            if one.customer_id == customer_id:
                assert [line.term for line in one.lines if line.weight > 0] == []
        known = entering.record_of(rep.reader, customer_id)
        assert (known.phones, known.mails, known.contacts) == ((), (), ())
        assert not [hit for hit in search(rep.reader, mobile, rep.person.id).hits if hit.id == customer_id]


@pytest.mark.requirement("S2-11")
@pytest.mark.parametrize("preset", ["general", "files"])
def test_a_scan_is_whole_whoever_runs_it_and_lists_what_one_sees(preset: str, tmp_path: Path) -> None:
    path = worlds.make(tmp_path / "crm.db", preset, "li", 1).path
    with open_session(path, login="wang") as boss, open_session(path, login="li") as rep:
        scanning.scan(boss.database)
        whole = boss.reader.execute(PAIRS).fetchall()
        assert whole
        scanning.scan(rep.database)
        assert boss.reader.execute(PAIRS).fetchall() == whole
        everything = list(listing.pairs(boss.reader))
        seen = list(listing.pairs(rep.reader))
        assert 0 < len(everything) != len(seen)
        owners = dict(boss.reader.execute("SELECT id, owner_id FROM customer").fetchall())
        shared = dict(boss.reader.execute("SELECT customer_id, person_id FROM collaborator").fetchall())
        for one in seen:
            for customer in (one.a, one.b):
                assert rep.person.id in (owners[customer], shared.get(customer))
        for group in listing.groups(rep.reader):
            assert {*group.ids, *group.see_also} <= {one for pair in seen for one in pair[:2]}


def test_catching_up_keeps_pairs_that_one_does_not_see(tmp_path: Path) -> None:
    path = worlds.make(tmp_path / "crm.db", "general", "li", 1).path
    with open_session(path, login="wang") as boss, open_session(path, login="li") as rep:
        scanning.scan(boss.database)
        customer_id, name, (_person, mobile, _mail) = foreign(boss, "li")
        rep.write(service.add, {"name": name}, [{"name": "赵六", "mobile": mobile}])
        assert scanning.catch_up(rep.database) > 0
        caught = boss.reader.execute(PAIRS).fetchall()
        assert [row for row in caught if customer_id in row[:2]]
        scanning.scan(boss.database)
        assert boss.reader.execute(PAIRS).fetchall() == caught
        assert not [one for one in listing.pairs(rep.reader) if customer_id in (one.a, one.b)]


@pytest.mark.requirement("S1-21")
def test_who_was_told_apart_stays_so_for_whoever_does_not_see_their_phones(tmp_path: Path) -> None:
    path = worlds.make(tmp_path / "crm.db", "files", "li", 1).path
    with open_session(path, login="wang") as boss, open_session(path, login="li") as rep:
        one = foreign(boss, "li")[0]
        sql = "SELECT id FROM customer WHERE owner_id = :me ORDER BY id LIMIT 1"
        (own,) = boss.reader.execute(sql, {"me": rep.person.id}).fetchone()
        low, high = sorted((one, own))
        boss.write(decisions.reject, low, high)

        def held(session: Session) -> bool:
            return decisions.decided(session.reader, [low])[low, high].holds

        assert held(boss)
        assert held(rep)
        contact = boss.reader.execute(
            "SELECT id FROM contact WHERE customer_id = :id", {"id": one}
        ).fetchone()
        boss.write(service.update_contact, contact[0], None, {"mobile": "13911112222"})
        # Who sees that a phone moved may be asked again; for the other it would be a sign that it did.
        assert not held(boss)
        assert held(rep)
