"""Who a customer typed into a form may be, as rows of the pane below it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from crm_tui.dedupe import entering, wording
from crm_tui.dedupe.entering import Likely
from crm_tui.identity.features import COMPANY, Record
from crm_tui.locale import N_, _
from crm_tui.search import index, listing
from crm_tui.session import Session
from crm_tui.text.identity import find_identity_number
from crm_tui.tui.widgets.likely_pane import LikelyRow

NAMES = ("short_name", "english_name")
WAYS = ("contact_way", "mobile", "office_phone", "email")
PLACES = ("biz_address", "reg_address")
EXACT = {"name": "name", "uscc": "uscc", "contact_way": "phones"}
THERE = N_("Already there")


class Answer(NamedTuple):
    """Who a typed customer may be, as rows; a word on an index that cannot be asked."""

    rows: Sequence[LikelyRow]
    state: str = ""


def typed_record(values: Mapping[str, str], known: Record) -> Record:
    """Return what is typed in a form over what is known of the customer otherwise."""

    def some(names: Iterable[str], others: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*(values[name] for name in names if values.get(name)), *others]))

    return Record(
        values.get("kind") or known.kind or COMPANY,
        values.get("name", known.name),
        some(NAMES, known.names),
        values.get("uscc", known.code),
        some(WAYS, known.phones),
        some(WAYS, known.mails),
        some(("website",), known.websites),
        some(("contact_name",), known.contacts),
        known.province,
        known.city,
        some(PLACES, known.addresses),
    )


def ask(session: Session, values: Mapping[str, str], customer_id: int, others: Collection[int]) -> Answer:
    """Find whom the typed customer may be; on the database thread."""
    typed = {key: value for key, value in values.items() if not find_identity_number(value, key)}
    known = entering.record_of(session.reader, customer_id) if customer_id else Record()
    asked = {name: typed[key] for key, name in EXACT.items() if typed.get(key, "").strip()}
    if "phones" in asked:
        asked["mail"] = asked["phones"]
    out = {*others, customer_id, *(entering.told_apart(session.reader, customer_id) if customer_id else ())}
    found = entering.likely(session.reader, typed_record(typed, known), asked, out)
    rows = [_row(one, session) for one in found]
    return Answer(rows, listing.told(index.state(session.reader)))


def _row(one: Likely, session: Session) -> LikelyRow:
    state = session.words.label("status", one.status)
    if not one.visible:
        return LikelyRow(one.customer_id, _(THERE), "", one.owner, state, "", visible=False)
    reasons = [(line.weight, wording.text(line)) for line in one.lines]
    total = f"= {one.score:.1f} {one.said}" if reasons else ""
    return LikelyRow(one.customer_id, one.name, one.no, one.owner, state, one.said, reasons, total)
