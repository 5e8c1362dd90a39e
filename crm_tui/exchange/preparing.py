"""From the cells of one customer on a sheet to column values: what would be written, and what is odd.

Nothing here asks the database. Odd cells are kept as text and flagged, never altered, no reason to refuse.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from crm_tui import clock
from crm_tui.customers import convert
from crm_tui.customers.convert import Context
from crm_tui.customers.fields import FIELDS, Field
from crm_tui.exchange.chains import UNREAD_CHAIN, Link, read_chain
from crm_tui.exchange.mapping import Mapping as ColumnMapping
from crm_tui.exchange.person_cells import PersonCells, accounts_told
from crm_tui.exchange.place_cells import PlaceCells
from crm_tui.exchange.remembered import Remembered
from crm_tui.exchange.sources import Source, sources_of
from crm_tui.locale import N_, _
from crm_tui.presets.progress import read_progress, write_progress
from crm_tui.text.contact import is_same_number
from crm_tui.text.date_order import DateOrder
from crm_tui.text.fold import fold, one_line, tidy
from crm_tui.text.log_text import last_entry
from crm_tui.text.nothing import DITTO
from crm_tui.text.workdays import WorkCalendar

COMPOSITE = ("address", "scale", "contact_way")
CONTACT_WAYS = ("mobile", "office_phone", "email", "wechat", "work_chat")
PLAIN = ("text", "long", "url")
FOLLOWUP = ("last_followup", "followup_by", "followup_ways", "followup_summary")
SEVERAL = re.compile(r"(?:[、,，;；|\n\r/]|\s:::\s)+")
PEOPLE = re.compile(r"[、,，;；|\n\r/&+＋()（）和]+")
BARE_AMOUNT = re.compile(r"[^\W\d_]{0,3}\s?[<>≤≥]{0,2}[\d\s.,，~～\-—–至到]+(?:以[上下内]|左右|起|\+)?")
LAST_DIGIT = re.compile(r"(?<=\d)(?=\D*$)")
ALIAS_KINDS = {"former_name": "former", "short_name": "short", "other_name": "other"}
NO_PROJECT_NAME = N_("Cooperation")
NO_WAY = N_("No phone, mail or account: kept in the contact's note")
FIRST_PERSON = N_("More than a colleague's name: the first colleague in it owns the row")
UNKNOWN_PERSON = N_("No colleague of that name; the importer owns the row")


@dataclass
class Prepared:
    """What the cells of one customer come to; contacts and projects by slot from 1."""

    customer: dict[str, Any] = field(default_factory=dict)
    contacts: dict[int, dict[str, Any]] = field(default_factory=dict)
    projects: dict[int, dict[str, Any]] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    aliases: list[tuple[str, str]] = field(default_factory=list)  # name and kind
    activity: dict[str, Any] | None = None
    plan: dict[str, Any] | None = None
    lines: dict[str, list[str]] = field(default_factory=lambda: {"note": [], UNREAD_CHAIN: []})
    words: list[tuple[str, str]] = field(default_factory=list)
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    chain: list[Link] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)  # keys of cells that gave no value


def _direct(source: Source) -> tuple[int, str, bool] | None:
    """Return (slot of a contact, else 0; column; of several lines) of a cell that goes into it as it is."""
    one = source.field
    if one is None or one.type not in PLAIN or one.name in SPECIAL:
        return None
    if one.entity == "customer":
        return 0, one.columns[0], one.type == "long"
    if one.entity == "contact" and one.columns[0] not in (*CONTACT_WAYS, "note"):
        return source.slot, one.columns[0], one.type == "long"
    return None


class Preparer:
    """Prepares the customers of one sheet with one mapping."""

    def __init__(
        self,
        mapping: ColumnMapping,
        context: Context,
        notes: Mapping[str, str],
        orders: Mapping[int, DateOrder] = MappingProxyType({}),
    ) -> None:
        self._orders = orders
        self.context = context
        self.columns = sources_of(mapping)
        self.sources = {one.key: one for one in self.columns}
        self.update_notes = {f"@{heading}": f"{heading}：{text}" for heading, text in notes.items() if text}
        self._people = [one for one in self.columns if one.field and one.field.per_contact]
        self._slots = max((one.slot for one in self._people), default=1)
        self._shifted: dict[int, list[Source]] = {}
        self._direct = {one.key: found for one in self.columns if (found := _direct(one))}
        self._broad = any(one.field and one.field.type in COMPOSITE for one in self.columns)
        self._people_told = PersonCells(self.sources)
        self._places_told = PlaceCells(self.sources)
        self._calendar = WorkCalendar()
        self._zone = ZoneInfo(context.zone)
        # Cells of days and plans repeat down a sheet.
        self._planned = [key for key in self.sources if key.partition("#")[0] == "next_plan"]
        self._plans, self._texts, self._moments, self._stages = (Remembered() for _kind in range(4))

    def cells_of(self, group: Sequence[Sequence[str]]) -> dict[str, str]:
        """Return the filled cells of a customer by key, mixed ones apart; further rows are contacts."""
        first = group[0]
        cells = {one.key: first[one.index] for one in self.columns if first[one.index]}
        for turn, row in enumerate(group[1:], 1):
            cells.update({one.key: row[one.index] for one in self._shift(turn) if row[one.index]})
        self._places_told.take_apart(cells)
        if self._people:
            cells = self._people_told.taken_apart(cells, self._slots * len(group))
            accounts_told(cells, self.sources)
        cells.update(self.update_notes)
        return cells

    def _shift(self, turn: int) -> list[Source]:
        """Return the contact columns as those of the ``turn``-th further row."""
        if turn not in self._shifted:
            shifted = []
            for one in self._people:
                slot = one.slot + turn * self._slots
                name, hash_, count = one.key.partition("#")
                shifted.append(one._replace(slot=slot, key=f"{name.partition(':')[0]}:{slot}{hash_}{count}"))
            self._shifted[turn] = shifted
            self.sources.update({one.key: one for one in shifted})
        return self._shifted[turn]

    def prepare(
        self, cells: Mapping[str, str], changed: Collection[str], record: Mapping[str, Any], *, sound: bool
    ) -> Prepared:
        """Return what the changed cells come to; ``record`` is the customer as it is, empty for a new one.

        ``sound`` says that the credit code was found valid already.
        """
        result = Prepared()
        # A cell that fills several columns goes first: one that says a part of it knows better.
        broad = [key for key in cells if self._is_broad(key)] if self._broad else []
        sources = self.sources
        for key in [*broad, *(key for key in cells if key not in broad)] if broad else cells:
            if key not in changed:
                continue
            text = cells[key]
            if (plain := self._direct.get(key)) is not None:
                slot, column, lines = plain
                row = result.contacts.setdefault(slot, {}) if slot else result.customer
                row[column] = tidy(text.replace("\x00", "")) if lines else one_line(text)
                continue
            source = sources.get(key)
            if source is None:
                result.lines["note"].append(text)
            elif source.field is None:
                result.lines["note"].append(f"{source.heading}：{tidy(text)}")
            else:
                self._take(source, source.field, text, result, record, sound)
        if ("last_followup" in changed and "last_followup" in cells) or (
            "followup_summary" in changed and "followup_summary" in cells
        ):
            self._activity(cells, result)
        if any(key in changed and key in cells for key in self._planned):
            result.plan = self._plan(cells)
        if not record:
            result.projects = {at: told for at, told in result.projects.items() if any(told.values())}
            for project in result.projects.values():
                project["name"] = project.get("name") or project.get("contract_no") or _(NO_PROJECT_NAME)
        return result

    def _is_broad(self, key: str) -> bool:
        source = self.sources.get(key)
        return source is not None and source.field is not None and source.field.type in COMPOSITE

    # ------------------------------------------------------------ one cell

    def _take(
        self,
        source: Source,
        one: Field,
        text: str,
        result: Prepared,
        record: Mapping[str, Any],
        sound: bool,
    ) -> None:
        special = SPECIAL.get(one.name)
        if special is not None:
            special(self, source, text, result, record)
        else:
            self._plain(source, one, text, result, sound)

    def _plain(self, source: Source, one: Field, text: str, result: Prepared, sound: bool = False) -> None:
        if one.type in PLAIN or (one.name == "uscc" and sound):
            values: dict[str, Any] = {one.columns[0]: tidy(text.replace("\x00", ""))}
        else:
            parsed = self._parse(one, source, text)
            if parsed.problem:
                result.problems.append((source.key, parsed.problem, text))
                if not parsed.values:
                    result.unread.add(source.key)
            if parsed.new_word:
                result.words.append((one.word_kind, parsed.new_word))
            values = parsed.values
            if one.type in ("contact_way", "phone") and (left := values.get("note")):
                result.problems.append((source.key, NO_WAY, left))
        if one.entity == "contact":
            self._contact(result.contacts.setdefault(source.slot, {}), one, values)
        elif one.entity == "project":
            result.projects.setdefault(source.slot, {}).update(values)
        else:
            if one.type == "scale":
                values = convert.told_sizes(values)
            result.customer.update(values)

    def _parse(self, one: Field, source: Source, text: str) -> convert.Parsed:
        if source.unit and one.type in ("money", "money_range") and BARE_AMOUNT.fullmatch(text):
            text = LAST_DIGIT.sub(source.unit, tidy(text), count=1)
        if one.type in ("date", "instant") and source.index in self._orders:
            text = self._orders[source.index].told(text)
        return convert.with_account(one, convert.parse(one, text, self.context), text, self.context)

    def _contact(self, contact: dict[str, Any], one: Field, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            held = contact.get(name)
            if name not in (*CONTACT_WAYS, "note") or not held or held == value:
                contact[name] = value
            elif value not in held:
                contact[name] = f"{held} / {value}" if one.type == "contact_way" else f"{value} / {held}"

    def _number(self, source: Source, text: str, result: Prepared, record: Mapping[str, Any]) -> None:
        result.customer["no"] = tidy(text)

    def _progress(self, source: Source, text: str, result: Prepared, record: Mapping[str, Any]) -> None:
        words = self.context.words
        stage = self._stages.of(text, lambda: words.key_of("stage", text))
        if stage is None:
            result.problems.append((source.key, convert.NOT_A_WORD, text))
            result.unread.add(source.key)
            return
        if record:
            held = write_progress(record["status"], record["stage"], words.phase(record["stage"]))
            if words.key_of("stage", held) == stage:
                return  # the file says so already, perhaps more exactly
        status, at = (
            result.customer[name] if name in result.customer else record.get(name)
            for name in ("status", "stage")
        )
        result.customer.update(read_progress(stage, words.phase(stage), status, at))

    def _owner(self, source: Source, text: str, result: Prepared, record: Mapping[str, Any]) -> None:
        person = self.person(text)
        if person is None:
            several = [self.person(part) for part in PEOPLE.split(text) if part]
            person = next(filter(None, several), None)
            if not person or len(set(several)) > 1:
                result.problems.append((source.key, FIRST_PERSON if person else UNKNOWN_PERSON, text))
        if person is not None:
            result.customer["owner_id"] = person

    def person(self, text: str) -> int | None:
        """Return whom a login, name or alias means; the star of a made anonymous name does not count."""
        found = self.context.people.get(fold(text))
        return found or self.context.people.get(fold(text.strip("*＊ ")))

    def _tags(self, source: Source, text: str, result: Prepared, record: Mapping[str, Any]) -> None:
        result.tags += [tidy(part) for part in SEVERAL.split(text.replace("#", "\n")) if tidy(part)]

    def _names(self, source: Source, text: str, result: Prepared, record: Mapping[str, Any]) -> None:
        """Take other names of the customer; the first short one is its short name, more stand beside it."""
        assert source.field is not None
        names = [tidy(part) for part in SEVERAL.split(text) if tidy(part)]
        if source.field.name == "short_name":
            self._plain(source, source.field, names[0] if names else text, result)
            names = names[1:]
        result.aliases += [(name, ALIAS_KINDS[source.field.name]) for name in names]

    def _chain(self, source: Source, text: str, result: Prepared, record: Mapping[str, Any]) -> None:
        """Read names with roles, or the role of the row's own contact; else keep the text as a line."""
        role = self._role(text)
        links = [] if role else read_chain(text, self._role)
        new = source.field is not None and source.field.name == "decision_role" and not SEVERAL.search(text)
        if role or (new and not links):
            self._plain(source, FIELDS["decision_role"], text.strip("()（） ") if role else text, result)
        elif links:
            result.chain += links
        else:
            result.lines[UNREAD_CHAIN].append(f"{source.heading}：{tidy(text)}")

    def _role(self, text: str) -> str | None:
        return self.context.words.key_of("decision_role", text.strip("()（） "))

    def _account(self, source: Source, text: str, result: Prepared, record: Mapping[str, Any]) -> None:
        """Keep 同上, or 同手机 of a contact without one, in the note: it is no account."""
        if source.field is not None and not is_same_number(text) and tidy(text) not in DITTO:
            return self._plain(source, source.field, text, result)
        result.lines["note"].append(f"{source.heading}：{tidy(text)}")
        result.unread.add(source.key)

    def _later(self, source: Source, text: str, result: Prepared, record: Mapping[str, Any]) -> None:
        """Leave a cell of the last follow-up or the next plan to what reads them together."""

    # ------------------------------------------------------------ follow-up and plan

    def _moment(self, text: str) -> tuple[dt.date, str, bool, str] | None:
        return self._moments.of(text, lambda: self._read_moment(text))

    def _read_moment(self, text: str) -> tuple[dt.date, str, bool, str] | None:
        from crm_tui.text.cell_dates import parse_cell_date

        found = parse_cell_date(text, today=self.context.today)
        if found is None:
            return None
        moment = dt.datetime.combine(found.date, found.time or dt.time(0), self._zone)
        return found.date, clock.to_instant(moment), found.time is None, found.flag

    def _ordered(self, key: str, text: str) -> str:
        """Return a cell whose date the others of its column explain in the order of ISO."""
        source = self.sources.get(key)
        order = self._orders.get(source.index) if source else None
        return order.told(text) if order else text

    def _last_followup(self, cells: Mapping[str, str]) -> tuple[dt.date, str, bool, str] | None:
        text = cells.get("last_followup")
        return self._moment(self._ordered("last_followup", text)) if text else None

    def _activity(self, cells: Mapping[str, str], result: Prepared) -> None:
        when, summary = cells.get("last_followup", ""), tidy(cells.get("followup_summary", ""))
        found = self._last_followup(cells)
        if not when and summary and (day := last_entry(summary, self.context.today)):
            found = self._moment(day.isoformat())
        if when and (found is None or found[3]):
            result.problems.append(("last_followup", found[3] if found else convert.NOT_A_DATE, when))
        if found is None:
            if summary:
                heading = self.sources["followup_summary"].heading
                result.lines["note"].append(f"{heading}：{summary}")
            return
        by, ways = cells.get("followup_by", ""), cells.get("followup_ways", "")
        person = self.person(by) if by else None
        result.activity = {"at": found[1], "whole_day": int(found[2]), "content": summary or None}
        if by:
            result.activity |= {"by_id": person, "by_text": None if person else tidy(by)}
        if ways:
            parsed = convert.parse(FIELDS["followup_ways"]._replace(columns=("ways",)), ways, self.context)
            if parsed.problem:
                result.problems.append(("followup_ways", parsed.problem, ways))
            result.activity |= parsed.values

    def plan_text(self, cells: Mapping[str, str]) -> str:
        """Return what is planned; a day in a column of its own stands before a text that names none."""
        raw = tuple([self._ordered(key, text) for key, text in cells.items() if key.startswith("next_plan")])
        return self._texts.of(raw, lambda: self._join_plan([tidy(text) for text in raw]))

    def _join_plan(self, texts: list[str]) -> str:
        days = {text: found[0] for text in texts if (found := self._moment(text))}
        rest = [text for text in texts if text not in days]
        dated = bool(rest) and self._read_plan(rest[0], self.context.today)["due_on"]
        # A day that Excel shows as a number means nothing inside a text.
        told = [day.isoformat() if text.isdigit() else text for text, day in days.items()][:1]
        return " ".join(rest if dated else told + rest)

    def _plan(self, cells: Mapping[str, str]) -> dict[str, Any]:
        text = self.plan_text(cells)
        found = self._last_followup(cells)
        reference = found[0] if found else self.context.today
        return dict(self._plans.of((text, reference), lambda: self._read_plan(text, reference)))

    def _read_plan(self, text: str, reference: dt.date) -> dict[str, Any]:
        from crm_tui.text.plan_text import parse_plan

        plan = parse_plan(text, reference, calendar=self._calendar)
        when = plan.when
        due_at = None
        if when and when.time:
            due_at = clock.to_instant(dt.datetime.combine(when.date, when.time, self._zone))
        return {
            "due_on": when.date.isoformat() if when else None,
            "due_at": due_at,
            "recurrence": when.recurrence.text() if when and when.recurrence else None,
            "goal": plan.action or None,
            "text": text,
            "owner_id": self.person(plan.owner_text) if plan.owner_text else None,
        }


Special = Callable[[Preparer, Source, str, Prepared, Mapping[str, Any]], None]
SPECIAL: dict[str, Special] = {
    "no": Preparer._number,
    "progress": Preparer._progress,
    "owner": Preparer._owner,
    "tags": Preparer._tags,
    "wechat": Preparer._account,
    "work_chat": Preparer._account,
    **dict.fromkeys(ALIAS_KINDS, Preparer._names),
    "decision_chain": Preparer._chain,
    "decision_role": Preparer._chain,
    **dict.fromkeys((*FOLLOWUP, "next_plan"), Preparer._later),
}
