"""The verdict on each customer of a sheet, and what its cells would add or change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic_core import to_json

from crm_tui.dedupe.scoring import REVIEW
from crm_tui.exchange import store
from crm_tui.exchange.chains import join_chain
from crm_tui.exchange.comparing import KEEPS_OWNER, Changes, Present, changes_of
from crm_tui.exchange.kept import NOT_SIMPLE, entry, several_of, simple_column
from crm_tui.exchange.matching import Found, Matcher
from crm_tui.exchange.preparing import Prepared, Preparer
from crm_tui.exchange.reaching import OWNER, Rights, There
from crm_tui.exchange.store import NO_MEMORY, Hit, Memory
from crm_tui.exchange.store_staging import Outcome, StagedRow, Written
from crm_tui.exchange.store_suspects import OUT, Held, Suspect
from crm_tui.locale import N_, _, ngettext
from crm_tui.storage.driver import sqlite3
from crm_tui.text.fold import tidy

Group = list[StagedRow]
Target = tuple[Group, dict[str, str], int]
"""Rows of a customer, their cells by key, and the customer of the file that they may mean."""
NUMBER_TAKEN = N_("The number is taken; the customer gets the next one")


class Decided(NamedTuple):
    """What is to be staged for some customers, as rows of the staging tables; ``new`` are row and content."""

    outcomes: list[Outcome]
    operations: list[Written]
    flags: list[dict[str, Any]]
    suspects: list[Suspect]
    held: list[Held]
    new: list[tuple[int, dict[str, Any]]]


class Decider:
    """Decides on the customers of one sheet, batch after batch; ``counts`` and ``flags`` add up."""

    def __init__(
        self,
        reader: sqlite3.Connection,
        preparer: Preparer,
        person: int,
        match: str,
        on_match: str,
        on_suspect: str,
        sheet: str,
        rights: Rights,
    ) -> None:
        self.counts = dict.fromkeys(("new", "update", "skip", "same", "suspect", "error", "contacts"), 0)
        self.flags = 0
        self._reader = reader
        self._rights = rights
        self._away: dict[int, There] = {}
        self._preparer = preparer
        self._matcher = Matcher(reader, match)
        self._sheet = sheet
        self._person = person
        self._on_match = on_match
        self._on_suspect = on_suspect
        self._locked: set[str] = set()  # titles of fields whose cells the role may not write
        self._spared = 0  # customers that keep theirs
        self._claimed: dict[int, int] = {}
        self._numbers: set[str] = set()
        self._out = Decided([], [], [], [], [], [])
        self._simple: dict[str, tuple[str, int, str]] = {}
        self._several: frozenset[str] = frozenset()

    def decide(self, groups: Sequence[Group]) -> Decided:
        """Return verdicts and operations for some customers, each a group of rows."""
        self._out = Decided([], [], [], [], [], [])
        heads = [group[0] for group in groups if group[0].verdict != "error"]
        found = self._matcher.look_up(heads)
        self._away = self._rights.out_of_sight(heads)
        ids = {hit.id for each in found.values() for hit in each.all()}
        known = store.memories(self._reader, ids, self._sheet)
        updates: list[tuple[Group, dict[str, str], Hit]] = []
        for group in groups:
            head = group[0]
            if head.verdict == "error":
                self._say(group, "error", head.reason)
                continue
            cells = self._preparer.cells_of([row.cells for row in group])
            hit = self._settle(group, cells, found[head.id], known)
            if hit is not None:
                updates.append((group, cells, hit))
        self._update(updates, known)
        self.flags += len(self._out.flags)
        return self._out

    def _settle(
        self, group: Group, cells: dict[str, str], found: Found, known: dict[int, Memory]
    ) -> Hit | None:
        """Decide on one customer; return the present one that it may change."""
        head = group[0]
        for hit in found.all():
            if hit.id in self._claimed or not (memory := known.get(hit.id)):
                continue
            if _same(self._rights.reachable(cells, hit.id, self._preparer), memory):
                self._claimed[hit.id] = head.id
                self._say_same(group)
                return None
        if head.verdict == "suspect":
            self._suspect(group, cells, found, head.reason)
            return None
        match = self._matcher.decide(head, found)
        if match.verdict == "archived":
            self._say(group, "skip", match.reason)
        elif match.verdict == "suspect":
            self._suspect(group, cells, found, match.reason, match.hit)
        elif match.hit is None and (away := self._away.get(head.id)):
            self._suspect(group, cells, found, away.reason, called=away.called)
        elif match.hit is None:
            self._add(group, cells, found, "")
        elif match.hit.id in self._claimed:
            text = _("Means the same customer as row {row}.").format(row=self._claimed[match.hit.id])
            self._suspect(group, cells, found, text)
        elif self._on_match == "add":
            self._add(group, cells, found, _("Added although there is {no}.").format(no=match.hit.no))
        else:
            self._claimed[match.hit.id] = head.id
            if self._on_match == "update":
                if self._rights.may_change(match.hit.id):
                    return match.hit
                self._suspect(
                    group, cells, found, self._rights.there(match.hit.id).reason, called=match.hit.no
                )
                return None
            self._say(group, "skip", _("Already there: {no}.").format(no=match.hit.no))
        return None

    def _suspect(
        self,
        group: Group,
        cells: dict[str, str],
        found: Found,
        reason: str,
        hit: Hit | None = None,
        called: str = "",
    ) -> None:
        if self._on_suspect == "add":
            self._add(group, cells, found, reason)
            return
        head = group[0]
        content, kept, _prepared = self._new(group, cells, found, claim=False)
        self._out.held.append(("new", head.id, *_told(content, kept), None))
        customer, called = (hit.id, f"{hit.no} {hit.name}".strip()) if hit else (0, called)
        # Which customer it is cannot be told from its number, code and name: somebody has to look.
        self._out.suspects.append(Suspect(head.id, REVIEW, customer, 0, called, None, [], OUT, reason))
        self._say(group, "suspect", reason)

    def _say(self, group: Group, verdict: str, reason: str, moves: list[list[str]] | None = None) -> None:
        head = group[0]
        name = self._called(head)
        self.counts[verdict] += 1
        self.counts["contacts"] += len(group) - 1
        told = json.dumps(moves, ensure_ascii=False) if moves else None
        self._out.outcomes.append((head.id, verdict, name, reason, told))
        for row in group[1:]:
            reason = _("Another contact of row {row}.").format(row=head.id)
            self._out.outcomes.append((row.id, verdict, name, reason, None))

    def _say_same(self, group: Group) -> None:
        self._say(group, "skip", _("No change."))
        self.counts["same"] += 1

    def _called(self, head: StagedRow) -> str:
        source = self._preparer.sources.get("name")
        return (tidy(head.cells[source.index]) if source else "") or head.no

    # ------------------------------------------------------------ new customers

    def _add(self, group: Group, cells: dict[str, str], found: Found, reason: str) -> None:
        content, kept, prepared = self._new(group, cells, found, claim=True)
        if why_not := self._rights.may_give(content["customer"]["owner_id"]):
            self._say(group, "error", why_not)
            return
        self._operation("new", group[0].id, content, kept)
        self._out.new.append((group[0].id, content))
        self._flag(group[0].id, prepared)
        self._say(group, "new", reason)

    def _new(
        self, group: Group, cells: dict[str, str], found: Found, *, claim: bool
    ) -> tuple[dict[str, Any], dict[str, Any], Prepared]:
        """Return what a new customer comes to and the cells to keep; ``claim``: its number is given away."""
        head = group[0]
        prepared = self._preparer.prepare(cells, cells.keys(), {}, sound=bool(head.code_valid))
        customer = prepared.customer
        if head.no and (found.no or head.no in self._numbers):
            customer.pop("no")
            prepared.problems.append(("no", NUMBER_TAKEN, head.no))
        elif head.no and claim:
            self._numbers.add(head.no)
        customer["name_key"] = head.name_key
        if head.name_key and not customer.get("name"):
            customer["name"] = self._called(head)
        if head.uscc_key:
            customer["uscc_key"] = head.uscc_key
        customer.setdefault("kind", head.kind or "company")
        customer.setdefault("owner_id", self._person)
        for column, lines in prepared.lines.items():
            if lines:
                customer[column] = "\n".join([*filter(None, [customer.get(column)]), *lines])
        join_chain(prepared.chain, prepared.contacts)
        contacts = [contact for _slot, contact in sorted(prepared.contacts.items()) if any(contact.values())]
        content: dict[str, Any] = {"customer": customer}
        parts = {
            "contacts": contacts,
            "projects": [prepared.projects[slot] for slot in sorted(prepared.projects)],
            "tags": prepared.tags,
            "aliases": prepared.aliases,
            "activity": prepared.activity,
            "plan": prepared.plan,
            "words": prepared.words,
        }
        content |= {name: value for name, value in parts.items() if value}
        return content, self._kept(cells, prepared), prepared

    def _kept(self, cells: dict[str, str], prepared: Prepared) -> dict[str, Any]:
        rows: dict[str, Any] = {}
        label, sources = self._preparer.context.words.label, self._preparer.sources
        if len(self._simple) != len(sources):
            # Further rows of a customer have brought in columns for further contacts.
            self._simple = {key: simple_column(source) for key, source in sources.items()}
            self._several = several_of(sources)
        for key, text in cells.items():
            simple = self._simple.get(key, NOT_SIMPLE)
            entity, slot, column = simple
            record: dict[str, Any] = prepared.customer
            if entity == "contact":
                record = prepared.contacts.get(slot, {})
            elif entity == "project":
                record = prepared.projects.get(slot, {})
            if column and key not in self._several and key not in prepared.unread:
                rows[key] = [text, record.get(column)]
                continue
            single = "#" not in key and f"{key}#2" not in cells
            rows[key] = entry(sources.get(key), text, prepared, record, single, label)
        return rows

    def _operation(self, kind: str, row: int, content: dict[str, Any], cells: dict[str, Any]) -> None:
        self._out.operations.append((kind, row, *_told(content, cells)))

    def _flag(self, row: int, prepared: Prepared) -> None:
        for key, problem, text in prepared.problems:
            self._out.flags.append({"position": row, "field": key, "problem": problem, "content": text})

    # ------------------------------------------------------------ present customers

    def _update(self, updates: list[tuple[Group, dict[str, str], Hit]], known: dict[int, Memory]) -> None:
        targets = [(group, cells, hit.id) for group, cells, hit in updates]
        for group, memory, change, content in self._changed(targets, known):
            head = group[0]
            if change.cells != memory.own or change.content:
                self._operation("update", head.id, content, change.cells)
            self._flag(head.id, change.prepared)
            if change.moves:
                self._say(group, "update", "", change.moves)
            else:
                self._say_same(group)

    def _changed(
        self, targets: Sequence[Target], known: dict[int, Memory], *, alike: bool = False
    ) -> Iterator[tuple[Group, Memory, Changes, dict[str, Any]]]:
        ids = [customer for _group, _cells, customer in targets]
        if not ids:
            return
        records = store.records(self._reader, ids)
        contacts = store.children(self._reader, "contact", ids)
        projects = store.children(self._reader, "project", ids)
        followups = store.followups(self._reader, ids)
        for group, cells, one in targets:
            head, memory = group[0], known.get(one, NO_MEMORY)
            if one not in records:
                continue
            record = records[one]
            wanted, cells = cells, self._rights.reachable(cells, one, self._preparer)
            if not alike and len(cells) < len(wanted):
                self._spare(key for key in wanted if key not in cells)
            present = Present(record, contacts.get(one, []), projects.get(one, []), followups[one], memory)
            codes = {}
            if alike and record["uscc"]:
                # A look-alike's own code is as likely mistyped: it is known from now on, and not taken.
                codes = {key: text for key, text in cells.items() if key.partition("#")[0] == "uscc"}
                cells = {key: text for key, text in cells.items() if key not in codes}
            change = changes_of(self._preparer, cells, present, head.uscc_key, sound=bool(head.code_valid))
            change.cells.update({key: [text, record["uscc"]] for key, text in codes.items()})
            if OWNER in wanted and OWNER not in cells:
                owner = wanted[OWNER]
                if self._preparer.person(owner) not in (None, record["owner_id"]):
                    change.prepared.problems.append((OWNER, KEEPS_OWNER, owner))
            content: dict[str, Any] = {"id": one, **change.content}
            content["seen"] = [["customer", one, record["changed_in"]], *change.seen]
            if memory.kept:
                content["kept"] = memory.kept.id
                if self._rights.is_narrow:
                    content["veiled"] = True
                content["seen"].append(["imported_row", *memory.kept])
            yield group, memory, change, content

    def _spare(self, keys: Iterable[str]) -> None:
        """Note cells that are not written: that an owner stays is told cell by cell."""
        fields = [source.field for key in keys if (source := self._preparer.sources.get(key))]
        titles = {one.title for one in fields if one is not None and one.name != OWNER}
        self._locked |= titles
        self._spared += bool(titles)

    @property
    def spared(self) -> str:
        """Whose cells were left for the importer's role, in a sentence, '' where there were none.

        What stands there instead, and whether that differs, is not asked: it may be hidden.
        """
        if not self._spared:
            return ""
        text = ngettext(
            "{n} customer keeps its fields that your role may not change: {fields}.",
            "{n} customers keep their fields that your role may not change: {fields}.",
            self._spared,
        )
        return text.format(n=f"{self._spared:,}", fields=_(", ").join(sorted(self._locked)))

    def holder(self, customer: int) -> int:
        """Return the row that goes into a customer, 0 when none does."""
        return self._claimed.get(customer, 0)

    def into(self, targets: Sequence[Target]) -> dict[int, Held]:
        """Return by row what it would change in the customer that it may mean, to be held.

        A customer takes one row: the others are left out, and so are those of customers not visible. The
        customer keeps its name and code; another name of the row becomes one of its further names.
        """
        free: list[Target] = []
        for group, cells, customer in targets:
            if not self._rights.may_change(customer):
                continue
            if self._claimed.setdefault(customer, group[0].id) == group[0].id:
                free.append((group, cells, customer))
        known = store.memories(self._reader, {one for _group, _cells, one in free}, self._sheet)
        found = {}
        for group, _memory, change, content in self._changed(free, known, alike=True):
            name, moves = self._called(group[0]), change.moves
            if group[0].name_key and any(key == "name" for key, _problem, _text in change.prepared.problems):
                content["aliases"] = [*content.get("aliases", ()), (name, "other")]
                moves = [*moves, ["other_name", "", name]]
            row, told = group[0].id, json.dumps(moves, ensure_ascii=False) if moves else None
            found[row] = ("update", row, *_told(content, change.cells), told)
        return found

    def targets(self, groups: Sequence[Group], customers: Mapping[int, int]) -> list[Target]:
        """Return groups of rows with their cells and the customer that each may mean, by row."""
        return [
            (group, self._preparer.cells_of([row.cells for row in group]), customers[group[0].id])
            for group in groups
        ]


def _told(content: dict[str, Any], cells: dict[str, Any]) -> tuple[str, str]:
    """Return both as JSON."""
    # A third of the time that the library's own takes, for the same text.
    return to_json(content).decode(), to_json(cells).decode()


def _same(cells: dict[str, str], memory: Memory) -> bool:
    own = memory.own
    return bool(cells) and all(key in own and own[key][0] == text for key, text in cells.items())
