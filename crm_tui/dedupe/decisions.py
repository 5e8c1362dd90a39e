"""What people decided about two customers that look alike: different ones, or related ones."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from crm_tui.dedupe import store
from crm_tui.errors import BadInput
from crm_tui.locale import N_, _
from crm_tui.storage.change import Change, action
from crm_tui.storage.driver import sqlite3
from crm_tui.storage.merging import require_customer
from crm_tui.storage.short_sha256 import sha256

TABLE = "duplicate_decision"
DIFFERENT, RELATED = "different", "related"
VERDICTS: dict[str, str] = {DIFFERENT: N_("not the same customer"), RELATED: N_("related companies")}


class Decision(NamedTuple):
    """A decision about customers ``a`` < ``b``; ``made_in`` is the set that says who made it and when.

    ``holds`` is False once a code, phone or mail of one of them moved: then the question may be asked again,
    of those who see whether they did. For whoever does not, a decision holds.
    """

    id: int
    a: int
    b: int
    verdict: str
    note: str
    made_in: int
    holds: bool


@action("duplicate.reject")
def reject(change: Change, a: int, b: int, note: str = "") -> None:
    """Remember that two customers are not the same; they are not proposed again.

    Raises BadInput for one customer with itself, RecordGone for one that is not there any more.
    """
    _decide(change, a, b, DIFFERENT, note)


@action("duplicate.relate")
def relate(change: Change, a: int, b: int, note: str = "") -> None:
    """Remember that two customers belong together and are two: a branch, a parent company (关联公司)."""
    _decide(change, a, b, RELATED, note)


def _decide(change: Change, a: int, b: int, verdict: str, note: str) -> None:
    if a == b:
        raise BadInput(
            _("This is one and the same customer."), _("Nothing was saved."), _("Choose two different ones.")
        )
    for one in (a, b):
        require_customer(change.connection, one)
    low, high = sorted((a, b))
    keys = store.strong_keys(change.connection, (low, high))
    values = {"verdict": verdict, "basis": basis(keys[low], keys[high]), "note": note.strip() or None}
    for row in store.decided(change.connection, [low]):
        if high in _pair(row):
            if all(row[name] == value for name, value in values.items()):
                return
            change.soft_delete(TABLE, row["id"])
    change.insert(TABLE, {"customer_a": low, "customer_b": high, **values})


def decided(reader: sqlite3.Connection, ids: Iterable[int]) -> dict[tuple[int, int], Decision]:
    """Return what was decided about pairs with one of these customers, by the pair (smaller id first)."""
    rows = store.decided(reader, ids)
    about = {one for row in rows for one in _pair(row)}
    keys, whole = store.strong_keys(reader, about), store.shown_whole(reader, about)
    found = {}
    for row in rows:
        a, b = _pair(row)
        holds = not whole.issuperset((a, b)) or row["basis"] == basis(keys[a], keys[b])
        found[a, b] = Decision(row["id"], a, b, row["verdict"], row["note"] or "", row["created_in"], holds)
    return found


def basis(keys: set[str], others: set[str]) -> str:
    """Return a digest of the codes, phones and mails of the smaller and of the larger id."""
    text = "\n".join((*sorted(keys), "", *sorted(others)))
    return sha256(text.encode()).hexdigest()[:32]


def hand_over(change: Change, survivor: int, loser: int) -> None:
    """Let what was decided about a record count for the one that it goes over to, where that has none.

    What was decided about these two ends: they are one.
    """
    rows = store.decided(change.connection, [survivor, loser])
    if not rows:
        return
    keys = store.strong_keys(
        change.connection, {survivor, loser, *(one for row in rows for one in _pair(row))}
    )
    both = keys[survivor] | keys[loser]
    about = {one for row in rows if survivor in _pair(row) for one in _pair(row)}
    for row in rows:
        pair = _pair(row)
        others = [one for one in pair if one not in (survivor, loser)]
        if not others or (loser in pair and others[0] in about):
            change.soft_delete(TABLE, row["id"])
            continue
        low, high = sorted((survivor, others[0]))
        held = row["basis"] == basis(keys[pair[0]], keys[pair[1]])
        values = {"customer_a": low, "customer_b": high}
        if held:
            # It goes on holding: the record that stays gets the other's phones and mails with it.
            whole: Mapping[int, set[str]] = {survivor: both, others[0]: keys[others[0]]}
            values["basis"] = basis(whole[low], whole[high])
        change.update(TABLE, row["id"], values)


def _pair(row: Mapping[str, int]) -> tuple[int, int]:
    one, other = sorted((row["customer_a"], row["customer_b"]))
    return one, other
