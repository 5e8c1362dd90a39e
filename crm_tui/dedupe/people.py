"""Contacts and colleagues of records that become one: equal contacts fold, nobody loses access."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crm_tui.dedupe import store
from crm_tui.storage import relations
from crm_tui.storage.change import Change
from crm_tui.text.fold import fold

Row = dict[str, Any]
Ways = set[tuple[str, str]]

# Of an equal contact the blank ones are filled; more phones, mails and notes are added.
FILLED = ("name", "title", "department", "decision_role", "work_chat", "preference", "valid", "checked_at")
BETWEEN = "; "


def join_contacts(change: Change, survivor: int, loser: int) -> int:
    """Prepare the loser's contacts to go over to the survivor; return how many were equal to one of its own.

    Those are folded: what they have besides is added to the one that stays, and what refers to them refers
    to that. The others stand behind the survivor's afterwards.
    """
    own = store.rows(change.connection, store.CONTACTS, [survivor])
    slim = store.rows(change.connection, store.CONTACTS_IN_SHORT, [loser])
    ways = {row["id"]: _ways(row) for row in own}
    for contact_id, found in store.ways(change.connection, [survivor]).items():
        ways.setdefault(contact_id, set()).update(found)
    main = any(row["is_primary"] == 1 for row in own)
    by_way, by_name = _indexed(own, ways)
    sharing = store.sharing_ways(change.connection, survivor, loser) if own and slim else set()
    likely = [row for row in slim if own and _is_likely(row, by_way, by_name, sharing)]
    kin = relations.children_of(change.connection, "contact") if likely else []
    wanted = [row["id"] for row in likely]
    full = {row["id"]: row for row in store.rows(change.connection, store.THESE, wanted)}
    theirs = store.ways_of(change.connection, loser, full) if full else {}
    for row in full.values():
        ways[row["id"]] = _ways(row) | theirs.get(row["id"], set())
    folded: set[int] = set()
    for row in [full[one] for one in wanted]:
        found = {id(one): one for one in by_name.get(fold(row["name"] or ""), ())}
        for way in ways[row["id"]]:
            found |= {id(one): one for one in by_way.get(way, ())}
        same = next((one for one in found.values() if _equal(one, row, ways)), None)
        # What refers to it without a history stays, and with it whom that refers to.
        held = (not child.tracked and relations.count(change.connection, child, row["id"]) for child in kin)
        if same is None or any(held):
            continue
        values = _added(same, row)
        if row["is_primary"] == 1 and not main:
            values["is_primary"], main = 1, True
        change.update("contact", same["id"], values)
        same |= values
        ways[same["id"]] |= ways[row["id"]]
        for child in kin:
            if child.tracked:
                relations.move(change, child, row["id"], same["id"])
        change.soft_delete("contact", row["id"])
        folded.add(row["id"])
    _stand_behind(change, survivor, loser, own, [row for row in slim if row["id"] not in folded], main=main)
    return len(folded)


def _is_likely(
    row: Row, by_way: Mapping[tuple[str, str], list[Row]], by_name: Mapping[str, list[Row]], sharing: set[int]
) -> bool:
    """Tell whether a contact has the name, a phone, a mail or a chat of one of the survivor's."""
    if row["id"] in sharing or (row["name"] and fold(row["name"]) in by_name):
        return True
    return bool(row["wechat"]) and any(way in by_way for way in _ways(row))


def _stand_behind(
    change: Change, survivor: int, loser: int, own: list[Row], theirs: list[Row], *, main: bool
) -> None:
    """Let the loser's contacts stand behind the survivor's, of which one is the main one where ``main``."""
    if main and any(row["is_primary"] == 1 for row in theirs):
        store.run(change, store.NOT_MAIN, loser)
    if not own or not theirs:
        return
    behind = max(row["position"] for row in own) + 1 - min(row["position"] for row in theirs)
    if behind > 0:
        # Whoever are fewer make room: each that moves is a row in the history.
        few, by = (survivor, -behind) if len(own) < len(theirs) else (loser, behind)
        store.run(change, store.SHIFTED, few, by=by)


def _indexed(
    own: list[Row], ways: Mapping[int, Ways]
) -> tuple[dict[tuple[str, str], list[Row]], dict[str, list[Row]]]:
    by_way: dict[tuple[str, str], list[Row]] = {}
    by_name: dict[str, list[Row]] = {}
    for row in own:
        if key := fold(row["name"] or ""):
            by_name.setdefault(key, []).append(row)
        for way in ways[row["id"]]:
            by_way.setdefault(way, []).append(row)
    return by_way, by_name


def _ways(row: Row) -> Ways:
    chat = fold(row["wechat"]) if row["wechat"] else ""
    return {("chat", chat)} if chat else set()


def _equal(one: Row, other: Row, ways: Mapping[int, Ways]) -> bool:
    """Tell whether two contacts are one person: of one name, or all ways of a nameless one."""
    mine, theirs = ways[one["id"]], ways[other["id"]]
    names = fold(one["name"] or ""), fold(other["name"] or "")
    if all(names):
        return names[0] == names[1] and (not mine or not theirs or bool(mine & theirs))
    nameless = mine if not names[0] else theirs
    return bool(nameless) and nameless <= (theirs if nameless is mine else mine)


def _added(kept: Row, other: Row) -> Row:
    """Return what the contact that stays gets from its equal."""
    values = {name: other[name] for name in FILLED if not kept[name] and other[name]}
    for name, known in (("mobile", _phones(kept)), ("office_phone", _phones(kept)), ("email", _mails(kept))):
        values |= _more(kept, other, name, known)
    for name in ("wechat", "note"):
        have, more = kept[name] or "", other[name] or ""
        if more and fold(more) not in fold(have):
            sign = "\n" if name == "note" else BETWEEN
            values[name] = f"{have}{sign}{more}" if have else more
    return values


def _more(kept: Row, other: Row, name: str, known: set[str]) -> Row:
    """Return a cell with the phones or mails that the kept contact does not have anywhere."""
    if not other[name]:
        return {}
    if name == "email":
        from crm_tui.text.mail import parse_mails

        new = [one.text for one in parse_mails(other[name]) if (one.key or fold(one.text)) not in known]
    else:
        from crm_tui.text.phone import parse_phones

        new = [one.text for one in parse_phones(other[name]) if (one.key or fold(one.text)) not in known]
    have = [kept[name]] if kept[name] else []
    return {name: BETWEEN.join([*have, *new])} if new else {}


def _phones(row: Row) -> set[str]:
    from crm_tui.text.phone import parse_phones

    cells = (row["mobile"], row["office_phone"])
    return {one.key or fold(one.text) for cell in cells if cell for one in parse_phones(cell)}


def _mails(row: Row) -> set[str]:
    from crm_tui.text.mail import parse_mails

    return {one.key or fold(one.text) for one in parse_mails(row["email"])} if row["email"] else set()


def join_access(change: Change, survivor: int, loser: int) -> None:
    """Let colleagues who may edit the loser edit the survivor, which they may only read; before it moves."""
    rows = store.rows(change.connection, store.COLLABORATORS, [survivor, loser])
    own = {row["person_id"]: row for row in rows if row["customer_id"] == survivor}
    for row in rows:
        mine = own.get(row["person_id"])
        if row["customer_id"] == loser and mine and row["access"] == "edit" and mine["access"] == "read":
            change.update("collaborator", mine["id"], {"access": "edit"})


def keep_owners(change: Change, survivor: int, owner: int, owners: Iterable[int]) -> None:
    """Make those collaborators who owned one of the records and do not own the one that stays."""
    rows = store.rows(change.connection, store.COLLABORATORS, [survivor])
    known = {row["person_id"]: row for row in rows}
    for person in dict.fromkeys(owners):
        if person == owner:
            continue
        if person in known:
            change.update("collaborator", known[person]["id"], {"access": "edit"})
        else:
            values = {"customer_id": survivor, "person_id": person, "access": "edit"}
            change.insert("collaborator", values)
