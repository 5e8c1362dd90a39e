"""Who would be affected by a change of roles, teams or people, counted before it is saved.

The change is made inside a transaction that is taken back: what is told is what would be. Customers are
counted once by owner; what a person gains or loses is then a sum over sets of owners.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple, cast

from crm_tui.access import house, store_house
from crm_tui.access.policy import Policy
from crm_tui.access.store_policy import load_policy
from crm_tui.access.verbs import GROUPS, NONE, READ, ROWS, VERBS, WIDTH
from crm_tui.errors import CrmError
from crm_tui.locale import _, language, ngettext
from crm_tui.storage.change import Change
from crm_tui.storage.database import Database
from crm_tui.storage.driver import sqlite3

Owners = frozenset[int] | None
NOBODY: frozenset[int] = frozenset()


class Affected(NamedTuple):
    """What becomes of one person: customers out of sight and into it, and of how many which fields.

    ``hidden`` and ``shown`` count, by group of fields, customers that stay in sight; ``less`` and ``more``
    are the verbs that reach less far, or farther.
    """

    person_id: int
    name: str
    lost: int
    gained: int
    hidden: Mapping[str, int]
    shown: Mapping[str, int]
    less: tuple[str, ...]
    more: tuple[str, ...]


class Impact(NamedTuple):
    """All who are affected; ``lost`` and ``gained`` are the customers that at least one of them is."""

    people: tuple[Affected, ...]
    lost: int
    gained: int


def would_do(
    database: Database, actor: int, today: date, fn: Callable[..., Any], *args: Any, **kwargs: Any
) -> Impact:
    """Return what a service function would do to everybody's rights; nothing is written.

    Raises what the function raises, and Refused where nobody would be left who may mend it.
    """
    counts, shared = store_house.owned(database.connection), store_house.shared(database.connection)

    def look(change: Change) -> None:
        before = policies(change.connection, today)
        fn(change, *args, **kwargs)
        house.demand_order(change.connection, change.set_id)
        raise _Looked(before, policies(change.connection, today))

    try:
        # A guard is asked about what is kept, and nothing of this is.
        database.write(actor, getattr(fn, "action", ""), look, source="cli")
    except _Looked as seen:
        names = {one.id: one.name for one in store_house.people(database.connection)}
        return compared(seen.before, seen.after, names, counts, shared)
    raise AssertionError("a look at a change keeps nothing of it")


def policies(connection: sqlite3.Connection, today: date) -> dict[int, Policy]:
    """Return the policies of everybody by person."""
    # What all ask alike, teams and grants of a role, is read once.
    reads = cast("sqlite3.Connection", _Remembering(connection))
    return {one.id: load_policy(reads, one.id, today) for one in store_house.people(connection)}


class _Remembering:
    """A connection for reading a few rows many times inside one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[Any, ...], _Rows] = {}

    def execute(self, sql: str, params: Mapping[str, Any] | None = None) -> _Rows:
        """Return the rows of a query, those of the last time when it is asked again."""
        key = (sql, *(params or {}).items())
        if key not in self._known:
            self._known[key] = _Rows(self._connection.execute(sql, params or {}).fetchall())
        return self._known[key]


class _Rows:
    """Rows that are read already."""

    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows

    def fetchall(self) -> list[Any]:
        """Return all of them."""
        return self._rows

    def fetchone(self) -> Any:
        """Return the first, None when there is none."""
        return self._rows[0] if self._rows else None


def compared(
    before: Mapping[int, Policy],
    after: Mapping[int, Policy],
    names: Mapping[int, str],
    counts: Mapping[int | None, int],
    shared: Mapping[int, Mapping[int | None, int]],
) -> Impact:
    """Return who is affected between two states; ``counts`` are customers by owner, ``shared`` by person."""
    found = []
    lost: dict[int | None, int] = {}
    gained: dict[int | None, int] = {}
    for person_id, new in after.items():
        old = before.get(person_id)
        if old is None or _same(old, new):
            continue
        sums = _Sums(counts, shared.get(person_id, {}))
        away = sums.only_in(_sight(old), _sight(new))
        near = sums.only_in(_sight(new), _sight(old))
        for total, part in ((lost, away), (gained, near)):
            for owner, number in part.items():
                total[owner] = max(total.get(owner, 0), number)
        hidden, shown = {}, {}
        for group in GROUPS:
            clear_before, clear_after = _sight(old, group), _sight(new, group)
            less = sums.only_in(clear_before, clear_after, within=_sight(new))
            more = sums.only_in(clear_after, clear_before, within=_sight(old))
            hidden |= {group: sum(less.values())} if less else {}
            shown |= {group: sum(more.values())} if more else {}
        reach = {verb: (WIDTH[old.scope(verb)], WIDTH[new.scope(verb)]) for verb in VERBS}
        if away or near:
            # What that means is told in customers.
            del reach[READ]
        one = Affected(
            person_id,
            names.get(person_id, ""),
            sum(away.values()),
            sum(near.values()),
            hidden,
            shown,
            tuple(verb for verb, (was, is_now) in reach.items() if is_now < was),
            tuple(verb for verb, (was, is_now) in reach.items() if is_now > was),
        )
        if any(one[2:]):
            found.append(one)
    found.sort(key=lambda one: (-one.lost, -one.gained, one.person_id))
    return Impact(tuple(found), sum(lost.values()), sum(gained.values()))


def told(impact: Impact) -> list[str]:
    """Return who is affected in sentences: sight first, then fields, then what may be done."""
    if not impact.people:
        return [_("Nobody sees or may do anything else than before.")]
    said = []
    for attribute, total, text in (
        ("lost", impact.lost, _lost),
        ("gained", impact.gained, _gained),
    ):
        people = sum(1 for one in impact.people if getattr(one, attribute))
        if people:
            said.append(text(people).format(people=f"{people:,}", n=f"{total:,}"))
    for attribute, names, text in (
        ("hidden", GROUPS, _hidden),
        ("shown", GROUPS, _shown),
        ("less", VERBS, _less),
        ("more", VERBS, _more),
    ):
        for people, what in _together(impact, attribute, names):
            said.append(text(people).format(people=f"{people:,}", what=what))
    return said


def _together(impact: Impact, attribute: str, names: Mapping[str, str]) -> list[tuple[int, str]]:
    """Return (how many people, of what) of all that touches the same people, in the order of names."""
    found: dict[tuple[int, ...], list[str]] = {}
    for key, label in names.items():
        people = tuple(one.person_id for one in impact.people if key in getattr(one, attribute))
        if people:
            found.setdefault(people, []).append(_(label))
    return [(len(people), _listed(labels)) for people, labels in found.items()]


def _listed(labels: Iterable[str]) -> str:
    return ("、" if language() == "zh" else ", ").join(labels)


def told_of(one: Affected) -> str:
    """Return in one line what becomes of one person."""
    parts = []
    if one.lost:
        parts.append(_("no longer sees {n} customers").format(n=f"{one.lost:,}"))
    if one.gained:
        parts.append(_("also sees {n} customers").format(n=f"{one.gained:,}"))
    for values, text in ((one.hidden, _("hidden: {fields}")), (one.shown, _("shown: {fields}"))):
        if values:
            names = (f"{_(GROUPS[group])} ({count:,})" for group, count in values.items())
            parts.append(text.format(fields=_listed(names)))
    for verbs, text in ((one.less, _("may do less: {verbs}")), (one.more, _("may do more: {verbs}"))):
        if verbs:
            parts.append(text.format(verbs=_listed(_(VERBS[verb]) for verb in verbs)))
    return ("；" if language() == "zh" else "; ").join(parts)


def left_without(people: int) -> str:
    """Return the sentence about those who carry a role that is removed."""
    return ngettext(
        "{n} colleague carries this role and may do nothing until another is given.",
        "{n} colleagues carry this role and may do nothing until another is given.",
        people,
    ).format(n=f"{people:,}")


def as_data(impact: Impact) -> dict[str, Any]:
    """Return an impact as plain data, for JSON."""
    return {
        "lost": impact.lost,
        "gained": impact.gained,
        "people": [
            {**one._asdict(), "hidden": dict(one.hidden), "shown": dict(one.shown)} for one in impact.people
        ],
    }


def _lost(n: int) -> str:
    return ngettext(
        "{people} colleague will no longer see {n} customers.",
        "{people} colleagues will no longer see {n} customers.",
        n,
    )


def _gained(n: int) -> str:
    return ngettext(
        "{people} colleague will also see {n} customers.",
        "{people} colleagues will also see {n} customers.",
        n,
    )


def _hidden(n: int) -> str:
    return ngettext(
        "From {people} colleague some will be hidden: {what}.",
        "From {people} colleagues some will be hidden: {what}.",
        n,
    )


def _shown(n: int) -> str:
    return ngettext(
        "To {people} colleague more will be shown: {what}.",
        "To {people} colleagues more will be shown: {what}.",
        n,
    )


def _less(n: int) -> str:
    return ngettext("{people} colleague may do less: {what}.", "{people} colleagues may do less: {what}.", n)


def _more(n: int) -> str:
    return ngettext("{people} colleague may do more: {what}.", "{people} colleagues may do more: {what}.", n)


class _Sight(NamedTuple):
    """Whose customers are seen (None: everybody's), and whether those shared with the person are."""

    owners: Owners
    shared: bool


def _sight(policy: Policy, group: str = ROWS) -> _Sight:
    scope = policy.scope(READ, group)
    return _Sight(policy.owners(scope), scope != NONE)


class _Sums:
    """Counts customers of sets of owners for one person: those shared with the person apart."""

    def __init__(self, counts: Mapping[int | None, int], shared: Mapping[int | None, int]) -> None:
        self.counts = counts
        self.shared = shared
        self._known: dict[tuple[_Sight, _Sight, _Sight | None], dict[int | None, int]] = {}

    def only_in(self, one: _Sight, other: _Sight, within: _Sight | None = None) -> dict[int | None, int]:
        """Return by owner how many customers one sight has and the other has not, ``within`` a third."""
        asked = (one, other, within)
        if asked not in self._known:
            # Most groups of fields are seen as far as each other.
            self._known[asked] = self._counted(*asked)
        return self._known[asked]

    def _counted(self, one: _Sight, other: _Sight, within: _Sight | None) -> dict[int | None, int]:
        found: dict[int | None, int] = {}
        owners = self.counts if one.owners is None else one.owners
        if other.owners is not None and not (one.owners is not None and one.owners <= other.owners):
            for owner in owners:
                if _holds(other, owner) or (within is not None and not _holds(within, owner)):
                    continue
                # Shared ones are seen as such.
                number = self.counts.get(owner, 0) - self.shared.get(owner, 0)
                if number > 0:
                    found[owner] = number
        for owner, number in self.shared.items():
            if (
                (one.shared or _holds(one, owner))
                and not (other.shared or _holds(other, owner))
                and (within is None or within.shared or _holds(within, owner))
            ):
                found[owner] = found.get(owner, 0) + number
        return found


def _holds(sight: _Sight, owner: int | None) -> bool:
    return sight.owners is None or owner in sight.owners


def _same(one: Policy, other: Policy) -> bool:
    if one.active != other.active or (not one.active and not other.active):
        return one.active == other.active
    return (one.granted, one.own, one.team) == (other.granted, other.own, other.team)


class _Looked(CrmError):
    """Ends a transaction that was only made to be looked at."""

    def __init__(self, before: dict[int, Policy], after: dict[int, Policy]) -> None:
        super().__init__("")
        self.before = before
        self.after = after
