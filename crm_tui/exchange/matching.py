"""Which customer of the database a row means, or why that cannot be told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from crm_tui.exchange import store
from crm_tui.exchange.store import Hit
from crm_tui.exchange.store_staging import StagedRow
from crm_tui.locale import _
from crm_tui.storage.driver import sqlite3
from crm_tui.text.fold import fold
from crm_tui.text.uscc import check_code

KEYS = ("no", "uscc", "name")


class Found(NamedTuple):
    """The customers that a row's number, credit code and name hit, survivors in place of merged ones."""

    no: list[Hit]
    uscc: list[Hit]
    name: list[Hit]

    def all(self) -> list[Hit]:
        """Return every live hit once."""
        return list({hit.id: hit for hits in self for hit in hits if hit.gone is None}.values())


class Match(NamedTuple):
    """What was decided: verdict new, found, archived or suspect; the hit where there is just one; why."""

    verdict: str
    hit: Hit | None = None
    reason: str = ""


NOTHING = Found([], [], [])


class Matcher:
    """Looks rows up in the database, many at a time, by the keys that ``match`` allows."""

    def __init__(self, reader: sqlite3.Connection, match: str) -> None:
        self._reader = reader
        self._keys = KEYS if match == "auto" else (match,)
        self._any = store.has_customers(reader)

    def look_up(self, rows: Iterable[StagedRow]) -> dict[int, Found]:
        """Return what each row hits, by row number."""
        rows = list(rows)
        if not self._any:
            return dict.fromkeys((row.id for row in rows), NOTHING)
        numbers = {row.no for row in rows if row.no}
        codes = {row.uscc_key for row in rows if row.code_valid} if "uscc" in self._keys else set()
        names = {row.name_key for row in rows if row.name_key} if "name" in self._keys else set()
        by_no, by_code, by_name = _Index(), _Index(), _Index()
        found = store.hits(self._reader, "no", numbers) if numbers else []
        found += store.hits(self._reader, "uscc", codes) if codes else []
        found += store.hits(self._reader, "name", names) if names else []
        folded = {fold(no): no for no in numbers}
        aliases = store.aliases(self._reader, names | set(folded)) if names or folded else []
        known = {hit.id: hit for hit in found}
        lacking = {customer for _key, customer, _kind in aliases} - known.keys()
        lacking |= {hit.merged_into for hit in found if hit.merged_into} - known.keys()
        while lacking:
            more = store.hits(self._reader, "id", lacking)
            known |= {hit.id: hit for hit in more}
            lacking = {hit.merged_into for hit in more if hit.merged_into} - known.keys()
        for hit in found:
            survivor = _survivor(hit, known)
            by_no.add(hit.no, survivor)
            by_code.add(hit.uscc_key or "", survivor)
            by_name.add(hit.name_key, survivor)
        for key, customer, kind in aliases:
            if customer in known:
                survivor = _survivor(known[customer], known)
                if kind == "number":
                    by_no.add(folded.get(key, ""), survivor)
                else:
                    by_name.add(key, survivor)
        return {
            row.id: Found(
                by_no.get(row.no) if row.no in numbers else [],
                by_code.get(row.uscc_key) if row.code_valid and row.uscc_key in codes else [],
                by_name.get(row.name_key) if row.name_key in names else [],
            )
            for row in rows
        }

    def decide(self, row: StagedRow, found: Found) -> Match:
        """Return which customer a row means by the rules of the sheet: number, else code, else name."""
        for key in self._keys:
            hits: list[Hit] = getattr(found, key)
            if not hits:
                continue
            live = [hit for hit in hits if hit.gone is None]
            if not live:
                return Match("archived", hits[0], _("Archived: {name}.").format(name=_called(hits[0])))
            if key == "name":
                live = _of_kind(row, live)
                if not live:
                    continue
            if len(live) > 1:
                names = "、".join(_called(hit) for hit in live[:3])
                return Match(
                    "suspect", None, _("Could be any of {n}: {names}.").format(n=len(live), names=names)
                )
            return self._one(row, key, live[0])
        return Match("new")

    def _one(self, row: StagedRow, key: str, hit: Hit) -> Match:
        if key != "name":
            if not row.name_key or not hit.name_key or row.name_key == hit.name_key:
                return Match("found", hit)
            if row.name_key in store.alias_keys(self._reader, [hit.id]).get(hit.id, set()):
                return Match("found", hit)
            text = _("The number belongs to {name}.")
            if key == "uscc":
                text = _("The credit code belongs to {name}.")
            return Match("suspect", hit, text.format(name=_called(hit)))
        other_code = row.code_valid and hit.uscc_key and hit.uscc_key != row.uscc_key
        if other_code and check_code(hit.uscc_key or "").kind == "valid":
            text = _("{name} has the same name and another credit code.")
            return Match("suspect", hit, text.format(name=_called(hit)))
        if not row.kind and hit.kind != "company":
            text = _("{name} has the same name and is an individual.")
            return Match("suspect", hit, text.format(name=_called(hit)))
        return Match("found", hit)


class _Index(dict[str, list[Hit]]):
    def add(self, key: str, hit: Hit) -> None:
        if not key:  # most have no code: nobody asks for them, and together they are many
            return
        held = self.setdefault(key, [])
        if all(one.id != hit.id for one in held):
            held.append(hit)

    def get(self, key: str) -> list[Hit]:  # ty: ignore[incompatible-method-override]
        return super().get(key, [])


def _survivor(hit: Hit, known: dict[int, Hit]) -> Hit:
    seen = set()
    while hit.gone == "merged" and hit.merged_into in known and hit.id not in seen:
        seen.add(hit.id)
        hit = known[hit.merged_into]
    return hit


def _of_kind(row: StagedRow, hits: list[Hit]) -> list[Hit]:
    """Return the hits of the row's kind; a sheet that does not say it means companies, else anybody."""
    same = [hit for hit in hits if hit.kind == (row.kind or "company")]
    return same or ([] if row.kind else hits)


def _called(hit: Hit) -> str:
    return f"{hit.no} {hit.name}".strip()
