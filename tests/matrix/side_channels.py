"""The same questions to two files that differ only in what is hidden: ids, orders, counts, sentences.

``python -m tests.matrix.side_channels --cases 2000`` asks so many as every role.
"""

from __future__ import annotations

import os
import random
import re
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

from crm_tui.access import showing
from crm_tui.access import store as people_store
from crm_tui.customers import bulk_edit, bulk_preview, bulk_reach, filters, reading
from crm_tui.customers.fields import FIELDS
from crm_tui.customers.reading import SORTS, Query, rows_of
from crm_tui.customers.window import Window
from crm_tui.dedupe import entering, gathered, listing, preview
from crm_tui.errors import CrmError
from crm_tui.exchange import exporting, importing
from crm_tui.exchange.mapping import is_known_heading
from crm_tui.exchange.reading import open_sheet
from crm_tui.identity.features import Record
from crm_tui.locale import set_language
from crm_tui.queue import service as queue
from crm_tui.search import listing as search_listing
from crm_tui.search import service as searching
from crm_tui.session import Session
from crm_tui.storage import history
from crm_tui.text.pinyin import sort_key
from tests.matrix.building import built
from tests.matrix.rules import VIEWERS, sees
from tests.matrix.two_worlds import two_worlds
from tests.matrix.world import NOW, PRESETS, World

PATIENT = 60_000  # ms: nothing is left out for want of time
AT = datetime.fromisoformat(NOW).astimezone(UTC)
PLAIN = (
    "机械",
    "上海",
    "hengda",
    "hd",
    "139",
    "1380",
    "制造业",
    "杭州瑞丰",
    "瑞丰精密",
    "zq",
    "李娜",
    "ln",
    "@postbox",
)
VALUES = (
    "A",
    "B",
    "won",
    "潜在客户",
    "制造业",
    "浙江省",
    "有",
    "无",
    "老客户",
    "重点",
    "7天",
    "本周",
    "1万",
    "我",
)
SHEET = ("预算范围", "决策流程", "决策链人员", "家庭情况", "核心需求", "备注")
SHEET += ("联系人姓名", "联系人职位", "手机", "邮箱")
SIGNS = (":", ">", "<", ":", ":")
Question = Callable[[Session], Any]


class Asking:
    """Makes questions from a seed and puts each to both files."""

    def __init__(self, world: World, viewer: str, told: list[str], seed: int, folder: Path) -> None:
        self.world, self.viewer, self.folder = world, viewer, folder
        self.chance = random.Random(f"{seed} {viewer}")
        self.told = told or ["x"]
        self.since = world.sets + 1
        self.seen = [
            key for key, one in world.files.items() if sees(world.preset, viewer, one) and key in world.ids
        ]

    def value(self) -> str:
        """Return something to type: a hidden value, a part of it, its sound, or anything else."""
        text = self.chance.choice(self.told) if self.chance.random() < 0.7 else self.chance.choice(PLAIN)
        form = self.chance.randrange(6)
        if form == 0 and len(text) > 4:
            begin = self.chance.randrange(len(text) - 3)
            return text[begin : begin + self.chance.randrange(3, 8)]
        if form == 1:
            return re.sub(r"[^a-z ]", "", sort_key(text))[:12] or text
        if form == 2:
            return "".join(part[:1] for part in sort_key(text).split()) or text
        if form == 3:
            return text.partition("@")[0]
        return text

    def filter_text(self) -> str:
        parts = []
        for _part in range(self.chance.randrange(1, 4)):
            field = self.chance.choice(list(filters.FILTER_FIELDS.values()))
            name = self.chance.choice((field.name, field.title))
            value = self.value() if self.chance.random() < 0.5 else self.chance.choice(VALUES)
            negated = self.chance.choice(("", "", "非 ", "-"))
            parts.append(f'{negated}{name}{self.chance.choice(SIGNS)}"{value}"')
        return self.chance.choice((" ", " 或 ")).join(parts)

    def sort(self) -> str:
        names = (*SORTS, "budget", "title", "mobile", "amount")
        return self.chance.choice(("", "-")) + self.chance.choice(names)

    def question(self) -> tuple[str, Question]:
        """Return the next question and what it is called."""
        kinds = (self._filtered, self._filtered, self._listed, self._searched, self._searched, self._narrowed)
        kinds += (
            self._jumped,
            self._today,
            self._typed,
            self._pairs,
            self._compared,
            self._history,
            self._exported,
            self._changed,
            self._explained,
            self._planned,
        )
        return self.chance.choice(kinds)()

    def _query(self, session: Session, text: str, sort: str, words: str = "") -> Query:
        people = people_store.name_keys(session.reader)
        tree, free = filters.parse(text, session.words, people, session.person.id) if text else (None, "")
        return Query(text=f"{free} {words}".strip(), sort=sort, filter=tree)

    def _filtered(self) -> tuple[str, Question]:
        text, sort = self.filter_text(), self.sort()

        def ask(session: Session) -> Any:
            window = Window(session.reader, self._query(session, text, sort))
            return window.ids(), window.count(), window.page(0, 5)

        return f"filter {text} by {sort}", ask

    def _listed(self) -> tuple[str, Question]:
        words, sort = self.value(), self.sort()

        def ask(session: Session) -> Any:
            window = Window(session.reader, self._query(session, "", sort, words))
            return window.ids(), window.count(), [window.position(one) for one in self.world.ids.values()]

        return f"words {words} by {sort}", ask

    def _searched(self) -> tuple[str, Question]:
        text = " ".join(self.value() for _word in range(self.chance.choice((1, 1, 2))))

        def ask(session: Session) -> Any:
            return searching.search(session.reader, text, session.person.id, limit=60, deadline_ms=PATIENT)

        return f"search {text}", ask

    def _narrowed(self) -> tuple[str, Question]:
        words, sort = self.value(), self.sort()

        def ask(session: Session) -> Any:
            query = Query(text=words, sort=sort)
            found = search_listing.narrowed(session.reader, query, session.person.id, deadline_ms=PATIENT)
            return found, Window(session.reader, found.query).page(0, 9)

        return f"narrowed {words} by {sort}", ask

    def _jumped(self) -> tuple[str, Question]:
        prefix, sort = self.value(), self.sort()
        return f"jump {prefix} by {sort}", lambda s: Window(s.reader, Query(sort=sort)).place_of(prefix)

    def _today(self) -> tuple[str, Question]:
        owner, group = self.chance.choice((None, 1, 2, 4, 6)), self.chance.choice(("unplanned", "idle"))

        def ask(session: Session) -> Any:
            every = queue.today(session.reader, owner, now=AT, zone=session.zone)
            return every, queue.idle(session.reader, group, owner, now=AT, zone=session.zone)

        return f"today of {owner}", ask

    def _typed(self) -> tuple[str, Question]:
        """A record typed into a form: what is told of those that one sees is the same."""
        text = self.chance.choice(PLAIN)
        record = Record(name=self.chance.choice((f"{text}机械有限公司", "杭州瑞丰精密机械有限公司")))

        def ask(session: Session) -> Any:
            found = entering.likely(session.reader, record, {"name": record.name}, limit=20)
            return [one for one in found if one.visible]

        return f"typed {record.name}", ask

    def _pairs(self) -> tuple[str, Question]:
        band = self.chance.choice((None, "merge", "review", "related"))
        return f"pairs {band}", lambda s: (
            list(listing.pairs(s.reader, band)),
            list(listing.explained(s.reader, listing.pairs(s.reader, band))),
            listing.groups(s.reader, band),
            len(gathered.gather(s.reader)),
            listing.status(s.reader),
        )

    def _compared(self) -> tuple[str, Question]:
        if len(self.seen) < 2:
            return self._today()
        pair = [self.world.ids[key] for key in self.chance.sample(self.seen, 2)]
        return f"compared {pair}", lambda s: (
            listing.explain(s.reader, *pair),
            preview.preview(s.reader, pair),
        )

    def _history(self) -> tuple[str, Question]:
        one = self.world.ids[self.chance.choice(list(self.world.ids))]
        # What made the worlds differ is in the log itself, by as many moves as it took.
        return f"history {one}", lambda s: (
            [move for move in history.of_record(s.reader, "customer", one) if move.set_id < self.since],
            [told for told in history.recent(s.reader, limit=60) if told.set_id < self.since],
            history.undoable(s.reader, s.person.id),
        )

    def _changed(self) -> tuple[str, Question]:
        """A change of many looked at: whom it reaches, how many it moves, and from what."""
        name = self.chance.choice(
            ("budget", "decision_process", "family", "preference", "need", "level", "note")
        )
        value = self.value() if name != "level" else "A"

        def ask(session: Session) -> Any:
            edit = bulk_edit.read_edit(session.reader, [(FIELDS[name], value)], session.context())
            near = bulk_reach.reach(session, [(one, 0) for one in self.world.ids.values()], edit)
            return near, bulk_preview.preview(session.reader, near.rows, edit, session.context())

        return f"change {name}={value}", ask

    def _explained(self) -> tuple[str, Question]:
        """What is wrong with a customer, what of it is hidden, and what stands in each of its records."""
        one = self.world.ids[self.chance.choice(list(self.world.ids))]

        def ask(session: Session) -> Any:
            hidden = showing.hidden_groups(session.reader, session.policy, one)
            told = repr((hidden, reading.customer_file(session.reader, one), rows_of(session.reader, [one])))
            # In which set a record moved last is told; which those are is what made the worlds differ.
            return re.sub(r"changed_in'?[:=] ?\d+", "", told)

        return f"file {one}", ask

    def _planned(self) -> tuple[str, Question]:
        """A sheet that means a customer whom one sees: what would be changed, left alone and remarked."""
        if not self.seen:
            return self._today()
        heads = self.chance.sample(SHEET, 3)
        cells = [self.world.numbers[self.chance.choice(self.seen)], *(self.value() for _head in heads)]
        text = "\n".join([",".join(["客户编号", *heads]), ",".join(f'"{one}"' for one in cells)])

        def ask(session: Session) -> Any:
            path = self.folder / "sheet.csv"
            path.write_text(text, "utf-8")
            with open_sheet(path, known=is_known_heading) as sheet:
                plan = importing.plan_import(session, sheet, importing.explain(session, sheet))
            with plan:
                rows = plan.rows()
                moves = [plan.changes(row.number) for row in rows]
                return rows, moves, plan.flags(), plan.warnings, plan.suspects(), plan.counts

        return f"sheet {text}", ask

    def _exported(self) -> tuple[str, Question]:
        text, kind = self.filter_text(), self.chance.choice(list(exporting.KINDS))

        def ask(session: Session) -> Any:
            path = self.folder / "out.csv"
            query = self._query(session, text, self.sort_now) if kind == "customers" else None
            rows = exporting.export(session, kind, path, query=query, overwrite=True)
            return rows, path.read_bytes()

        self.sort_now = self.sort()
        return f"export {kind} {text}", ask


EMPTY = re.compile(r"[\s\[\](){},]*|\(\[\], 0, \[\]\)|(BadInput|Refused|NotPermitted): .*", re.DOTALL)


def answer(question: Question, session: Session) -> str:
    """Return all that an answer tells, as a text; a refusal is an answer too."""
    try:
        return repr(question(session))
    except CrmError as error:
        return f"{type(error).__name__}: {error}"


class Asked(NamedTuple):
    """What differed, as (question, one answer, the other), and how many answers said anything."""

    found: list[tuple[str, str, str]]
    telling: int


def differing(world: World, viewer: str, folder: Path, cases: int, seed: int = 1) -> Asked:
    """Ask so many questions and return those that the two files answer differently."""
    found, telling = [], 0
    with two_worlds(world, viewer, folder) as (first, second, told):
        asking = Asking(world, viewer, told, seed, folder)
        for _case in range(cases):
            name, question = asking.question()
            one, other = answer(question, first), answer(question, second)
            telling += not EMPTY.fullmatch(one)
            if one != other:
                at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
                found.append((name, one[max(at - 80, 0) : at + 120], other[max(at - 80, 0) : at + 120]))
    return Asked(found, telling)


@click.command()
@click.option("--cases", default=2000)
@click.option("--seed", default=1)
@click.option("--who", default="", help="policy:login, all without")
def main(cases: int, seed: int, who: str) -> None:
    """Ask so many questions as every role; status 1 when the hidden values made any difference."""
    set_language("zh")
    wrong = 0
    asked = (
        [who.split(":")] if who else [(preset, one) for preset in PRESETS for one in VIEWERS if one != "boss"]
    )
    for preset, viewer in asked:
        with tempfile.TemporaryDirectory() as folder:
            os.environ.update(HOME=folder, XDG_CONFIG_HOME=folder, XDG_STATE_HOME=folder)
            found, telling = differing(built(preset), viewer, Path(folder), cases, seed)
        wrong += len(found)
        click.echo(f"{preset} {viewer}: {cases} asked, {telling} told something, {len(found)} differ")
        for name, one, other in found[:8]:
            click.echo(f"  {name}\n    {one}\n    {other}")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
