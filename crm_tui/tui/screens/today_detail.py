"""The pane beside Today: the key note, why a row is here and with how many points, what was said last."""

import asyncio
import time
from typing import Any, ClassVar, NamedTuple

from rich.segment import Segment
from rich.text import Text
from textual.strip import Strip
from textual.widget import Widget

from crm_tui import clock
from crm_tui.customers import parts
from crm_tui.customers.fields import FIELDS
from crm_tui.followups import reading
from crm_tui.followups.next_step import day_text
from crm_tui.followups.reading import Activity
from crm_tui.locale import _
from crm_tui.queue.service import Item
from crm_tui.session import Session
from crm_tui.text.cells import fit, safe
from crm_tui.tui.widgets.prose import Prose

SAID_MOST = 400
CONTACTS_MOST = 4
RESTING = 0.1  # seconds between two rows from which on each is looked at


class Known(NamedTuple):
    """What the pane shows about one row."""

    item: Item
    words: str
    contacts: list[dict[str, Any]]
    last: Activity | None
    last_head: str
    due: str


class Detail(Prose, can_focus=False):
    """``read`` runs on the database thread once the cursor ``rested``, ``show`` draws what it gave."""

    def __init__(self) -> None:
        super().__init__("")
        self._known: Known | None = None
        self._looked = 0.0

    async def rested(self) -> None:
        """Wait until the cursor rests: of rows that a held key passes by, none but the last is shown here."""
        now, before = time.monotonic(), self._looked
        self._looked = now
        if now - before < RESTING:
            await asyncio.sleep(RESTING)

    @staticmethod
    def read(session: Session, item: Item) -> Known:
        """Read what belongs to a row."""
        words = session.words
        said = [words.label("status", item.status), words.label("stage", item.stage)]
        said.append(words.label("industry", item.industry))
        last = next(iter(reading.activities(session.reader, item.customer_id, limit=1)), None)
        head = ""
        if last is not None:
            moment = clock.local(last.at, session.zone)
            head = " ".join(
                text
                for text in (
                    f"{moment:%Y-%m-%d}",
                    words.labels("way", last.ways),
                    session.names.get(last.by_id or 0, last.by_text or ""),
                )
                if text
            )
        due = ""
        if item.due_on and item.plan_id is not None:
            at = clock.local(item.due_at, session.zone).time() if item.due_at else None
            due = day_text(clock.parse_day(item.due_on), at)
        contacts = parts.children(session.reader, "contact", item.customer_id)
        return Known(item, " · ".join(text for text in said if text), contacts, last, head, due)

    def show(self, known: Known | None) -> None:
        """Draw what is known about a row, nothing for None."""
        if known == self._known:
            return
        self._known = known
        # Its place is its own, whatever it says: nothing is laid out anew.
        self.update(_text(known) if known else Text(""), layout=False)


class Brief(Widget, can_focus=False):
    """Two lines for where the pane has no room: who and what next in full, and why with the points."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"brief--first"}

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[tuple[str, str], ...] = ()

    def show(self, item: Item | None, session: Session) -> None:
        """Draw an item, nothing for None."""
        lines = _brief(item, session) if item else ()
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one of the two lines."""
        cells = self.size.width
        if y >= len(self._lines):
            return Strip.blank(cells, self.rich_style)
        text, name = self._lines[y]
        style = self.get_component_rich_style(name) if name else self.rich_style
        return Strip([Segment(fit(" " + safe(text), cells), style)], cells)


def _brief(item: Item, session: Session) -> tuple[tuple[str, str], ...]:
    due = ""
    if item.due_on and item.plan_id is not None:
        at = clock.local(item.due_at, session.zone).time() if item.due_at else None
        due = day_text(clock.parse_day(item.due_on), at)
    contact = item.contact if item.name else ""
    who = " · ".join(text for text in (item.name or item.contact, contact, due, item.goal) if text)
    terms = sorted(item.terms, key=lambda term: -term.points)
    why = " · ".join(f"{term.text} +{term.points:.1f}" if term.points else term.text for term in terms)
    return (who, "brief--first"), (why, "")


def _text(known: Known) -> Text:
    item = known.item
    text = Text()

    def line(said: str, style: str = "") -> None:
        text.append(safe(said) + "\n", style)

    def part(title: str) -> None:
        text.append(f"\n{title}\n", "bold underline")

    line(item.name or item.contact, "bold")
    line(" · ".join(each for each in (item.no, known.words) if each), "dim")
    if item.key_note:
        part(_("Key note"))
        line(item.key_note, "bold")
    if item.need:
        part(FIELDS["need"].title)
        line(item.need[:SAID_MOST])
    part(_("Urgency") + f" {item.urgency:.1f}")
    for term in sorted(item.terms, key=lambda term: -term.points):
        points = f"+{term.points:.1f}" if term.points else ""
        text.append(f"{points:>6}  {safe(term.text)}\n")
    if item.goal or known.due:
        part(_("Next step"))
        for said in (known.due, item.goal):
            if said:
                line(said)
    if known.contacts:
        part(_("Contact"))
        for one in known.contacts[:CONTACTS_MOST]:
            line(" ".join(str(one[name]) for name in ("name", "title") if one[name]))
            reach = [str(one[name]) for name in ("mobile", "office_phone", "email", "wechat") if one[name]]
            if reach:
                line("  " + " / ".join(reach))
    part(_("Said last"))
    if known.last is None:
        line(_("None yet."), "dim")
        return text
    line(known.last_head, "dim")
    for said in (known.last.content, known.last.feedback):
        if said:
            line(said[:SAID_MOST])
    return text
