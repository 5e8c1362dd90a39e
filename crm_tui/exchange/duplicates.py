"""Suspected duplicates of an import: new rows that resemble customers or one another, and the user's choice.

What is likely one customer (band merge) and has more than its name in common is kept out until somebody
decides. The rest is added with a remark: no row is refused for its name alone, and most of what only may be
one (band review) are two companies. Bands: dedupe/scoring.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from crm_tui.dedupe import wording
from crm_tui.dedupe.crowding import Crowd, Match, match_with
from crm_tui.dedupe.scoring import MERGE, REVIEW, Line
from crm_tui.exchange import store
from crm_tui.exchange.store_staging import Staging
from crm_tui.exchange.store_suspects import ADD_NEW, OUT, Suspect
from crm_tui.exchange.store_suspects import MERGE as INTO
from crm_tui.identity.features import COMPANY, Record
from crm_tui.locale import N_, _
from crm_tui.search import index
from crm_tui.storage.driver import sqlite3

if TYPE_CHECKING:
    from crm_tui.exchange.deciding import Decider
    from crm_tui.exchange.reaching import Rights

BATCH = 500
REASONS = 3  # of a score, in a sentence
BANDS = {MERGE: wording.BANDS[MERGE], REVIEW: wording.BANDS[REVIEW]}
CHOICES = {INTO: N_("into the customer"), ADD_NEW: N_("add as new"), OUT: N_("leave out")}
VERDICTS = {INTO: "update", ADD_NEW: "new", OUT: "suspect"}
BESIDE_NAME = ("code", "mobile", "landline", "mail", "domain", "street", "contact")
NOT_READY = N_(
    "Look-alikes were not searched: the search index is still being built. Only number, credit code and name"
    " were compared."
)
_PLACES = (("biz_province", "biz_city"), ("reg_province", "reg_city"))
_ADDRESSES = tuple(
    tuple(f"{one}_{part}" for part in ("province", "city", "district", "detail")) for one in ("biz", "reg")
)


def record_of(content: Mapping[str, Any]) -> Record:
    """Return what is compared of a customer that is to be added."""
    customer, contacts = content["customer"], content.get("contacts", ())
    of = {name: value or "" for name, value in customer.items()}
    province, city = next(
        (found for pair in _PLACES if any(found := (of.get(pair[0], ""), of.get(pair[1], "")))), ("", "")
    )
    addresses = ["".join([of.get(column, "") for column in one]) for one in _ADDRESSES if of.get(one[-1])]
    names = [of.get("short_name", ""), of.get("english_name", "")]
    return Record(
        of.get("kind") or COMPANY,
        of.get("name", ""),
        tuple(filter(None, [*names, *(name for name, _kind in content.get("aliases", ()))])),
        of.get("uscc", ""),
        tuple([one[key] for one in contacts for key in ("mobile", "office_phone") if one.get(key)]),
        tuple([one["email"] for one in contacts if one.get("email")]),
        tuple(filter(None, [of.get("website", "")])),
        tuple([one["name"] for one in contacts if one.get("name")]),
        province,
        city,
        tuple(addresses),
    )


class LookAlikes:
    """Finds the look-alikes among the rows of one plan that are to be added."""

    def __init__(
        self,
        session: Any,
        staging: Staging,
        decider: Decider,
        on_suspect: str,
        cancelled: Any,
        rights: Rights,
    ) -> None:
        self._session = session
        self._staging = staging
        self._suspects = staging.suspects
        self._decider = decider
        self._on_suspect = on_suspect
        self._cancelled = cancelled
        self._rights = rights
        self._likely: set[int] = set()  # rows that are kept out unless somebody decides otherwise
        ready = index.state(session.reader).kind == index.READY
        self._crowd = Crowd(session.reader, session.database) if ready else None

    def take(self, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
        """Take apart some rows that are to be added, on the other processor while this one reads on."""
        if self._crowd is not None:
            self._crowd.add([(row, record_of(content)) for row, content in rows])

    def close(self) -> None:
        """End what the other processor does."""
        if self._crowd is not None:
            self._crowd.close()

    def settle(self, report: Callable[[int, int], None]) -> str:
        """Compare, and note whom each suspect resembles; return why nothing was compared, '' when it was."""
        reader: sqlite3.Connection = self._session.reader
        found: dict[int, Match] = {}
        why_not = ""
        if self._crowd is not None and index.state(reader).kind == index.READY:
            try:
                matches = self._crowd.match(report, self._cancelled)
                self._score(reader)
            except sqlite3.Error as error:
                if not index.is_index_damage(error):
                    raise
                index.tell_damage(self._session.database)
                why_not = _(NOT_READY)
            else:
                found = self._as_shown({row: _best(own) for row, own in matches.items()})
        else:
            why_not = _(NOT_READY)
        each = iter(sorted(found.items()))
        while some := dict(islice(each, BATCH)):
            self._note(some)
        self._hold()
        return why_not

    def _as_shown(self, found: dict[int, Match]) -> dict[int, Match]:
        """Return the matches with no more reasons than the importer sees of the customers."""
        away = self._rights.unseen({one.customer_id for one in found.values() if one.customer_id})
        self._likely = {
            row
            for row, one in found.items()
            if one.band == MERGE and (one.customer_id in away or not _by_name_alone(one.lines))
        }
        policy = self._session.policy
        if not away and not policy.hides("contact"):
            return found
        meant = [row for row, one in found.items() if one.customer_id]
        rows = (
            (row, record_of(content), found[row].customer_id)
            for row, content in self._suspects.contents(meant)
        )
        shown = match_with(self._session.reader, rows)
        told = {}
        for row, one in found.items():
            if one.customer_id:
                seen = shown.get(row, Match(0, 0, 0.0, "", ()))
                one = one._replace(score=seen.score, lines=seen.lines)
            told[row] = one
        return told

    def _score(self, reader: sqlite3.Connection) -> None:
        """Compare what was suspected for its number, code or name with the customer that those mean."""
        after = 0
        while some := self._suspects.unscored(after, BATCH):
            rows = ((row, record_of(content), customer) for row, customer, content in some)
            for row, one in match_with(reader, rows).items():
                band = MERGE if one.band == MERGE else REVIEW
                self._suspects.score(row, band, one.score, [list(line) for line in one.lines])
            after = some[-1][0]

    def _note(self, found: Mapping[int, Match]) -> None:
        """Note some suspects: the likely ones leave the rows that are to be added, unless all are."""
        ids = {one.customer_id for one in found.values() if one.customer_id}
        called, away = self._called(ids), self._rights.unseen(ids)
        suspects, reasons = [], {}
        for row, one in found.items():
            if one.row:
                outcome = self._staging.outcome(one.row)
                name = _("row {row} {name}").format(row=one.row, name=outcome[2] if outcome else "").strip()
            else:
                name = called.get(one.customer_id, "")
            why = reasons_of(one.lines)
            said = _("Looks like {other}: {reasons}.").format(other=name, reasons=why)
            if one.customer_id in away:
                said = away[one.customer_id].reason
            elif not why:
                said = _("Looks like {other}.").format(other=name)
            terms = [list(line) for line in one.lines]
            suspects.append(
                Suspect(row, one.band, one.customer_id, one.row, name, one.score, terms, ADD_NEW, said)
            )
            reasons[row] = said
        self._suspects.add(suspects)
        self._suspects.hold_new(found)
        self._suspects.say(reasons)
        if self._on_suspect != "add":
            for row in found:
                if row in self._likely:
                    choose(self._suspects, self._decider.counts, row, ADD_NEW, OUT)

    def _called(self, ids: set[int]) -> dict[int, str]:
        """Return what customers are called; of one that the user may not see, that it is there and whose."""
        session = self._session
        seen = {
            one: f"{row['no']} {row['name']}".strip()
            for one, row in store.records(session.reader, [*ids]).items()
        }
        seen |= {one: there.called for one, there in self._rights.unseen(ids - seen.keys()).items()}
        return seen

    def _hold(self) -> None:
        """Prepare what each suspect would change in the customer that it resembles; choose it if asked."""
        meant = iter(self._suspects.meant())
        while some := dict(islice(meant, BATCH)):
            groups = [self._staging.group(row) for row in some]
            held = self._decider.into(self._decider.targets(groups, some))
            self._suspects.hold(held.values())
            if self._on_suspect == "merge":
                for row in held:
                    one = self._suspects.one(row)
                    if one and one.band == MERGE:
                        choose(self._suspects, self._decider.counts, row, one.choice, INTO)


def _by_name_alone(lines: tuple[Line, ...]) -> bool:
    return not any(line.weight > 0 and line.term in BESIDE_NAME for line in lines)


def _best(matches: list[Match]) -> Match:
    """Return the likeliest match; of those in one band a customer, into whom the row can go."""
    first = matches[0]
    return next((one for one in matches if one.customer_id and one.band == first.band), first)


def reasons_of(lines: tuple[Line, ...]) -> str:
    """Return the strongest reasons that two are one, in words."""
    told = [one for one in lines if one.weight > 0 and one.left and one.term != "evidence"][:REASONS]
    return _(", ").join(
        " ".join([wording.what(one), one.left if one.left == one.right else f"{one.left} / {one.right}"])
        for one in told
    )


def choose(suspects: Any, counts: dict[str, int], row: int, before: str, choice: str) -> None:
    """Let a choice hold for a suspect, and count it."""
    suspects.choose(row, choice, VERDICTS[choice])
    counts[VERDICTS[before]] -= 1
    counts[VERDICTS[choice]] += 1
