"""Any customer, found while one types: over Today, lists and files."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, ClassVar, NamedTuple, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input

from crm_tui.locale import _, ngettext
from crm_tui.session import Session
from crm_tui.text.cells import safe
from crm_tui.tui import recent
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.widgets.lines import TextLine
from crm_tui.tui.widgets.rows import Column, ListSource, Row
from crm_tui.tui.widgets.table import Table

LIMIT = 50
FEW = 3  # customers opened last that stand below the empty line
MOST_LINES = 12
AROUND = 8  # lines that the box leaves to what lies around its rows


class Answer(NamedTuple):
    """What was found for a text: rows, whether there may be more, a word on the index."""

    text: str
    rows: Sequence[Row]
    more: bool = False
    state: str = ""


class FindLine(TextLine):
    """The line that is typed into."""

    def one_line(self, text: str) -> str:
        """Return the first line that says anything: nobody is called by several."""
        return next(filter(None, map(str.strip, text.splitlines())), "")


class FindScreen(BaseScreen, ModalScreen[Any]):
    """A line to type into and the customers found, each with the reason.

    Enter opens the customer's file, another key makes a list of what was found, Esc closes. ``text`` is what
    was typed before it opened.
    """

    kind: ClassVar[str] = "find"
    keeps_no_rights: ClassVar[bool] = True
    AUTO_FOCUS = "Input"

    def __init__(self, text: str = "") -> None:
        super().__init__()
        hint = _("Name, pinyin, initials, phone, number; Tab lists")
        self.line = FindLine(text, placeholder=hint)
        self.table = Table(
            [
                Column("", 24, flex=2),
                Column("", 16, flex=3, priority=1, tone="dim"),
                Column("", 12, priority=3, tone="dim"),
                Column("", 8, priority=2, tone="dim"),
            ],
            header=False,
        )
        self.answer: Answer | None = None
        self._newest = object()
        self._opened: list[int] | None = None

    @property
    def session(self) -> Session:
        """The opened session."""
        return cast(Session, self.crm.session)

    def compose(self) -> ComposeResult:
        """Yield the box at the upper edge, over the whole width: it cuts no wide sign of what lies below."""
        with Vertical(classes="finder"):
            yield self.line
            yield self.table
            yield self.notice
            yield self.keys
        yield self.small

    def body(self) -> Iterable[Widget]:
        """Yield nothing more."""
        return ()

    def on_mount(self) -> None:
        """Begin with the line alone."""
        self.line.cursor_position = len(self.line.value)
        self._lay_out(0)

    def _lay_out(self, rows: int) -> None:
        typed = bool(self.line.value.strip()) or (self.answer is not None and bool(self.answer.text))
        most = max(min(MOST_LINES, self.app.size.height - AROUND), 3)
        # As high as it was, once it stands: rows that come and go move nothing.
        self.table.styles.height = most if typed else rows
        for widget in (self.notice, self.keys):
            widget.display = typed or (widget is self.notice and bool(self.notice.text))

    def on_resize(self, event: Any) -> None:
        """Take the height that there is."""
        self._lay_out(self.table.total)

    # -- searching ------------------------------------------------------------------------------------

    async def reload(self) -> None:
        """Search again; on opening, show the customers opened last."""
        self._begin(self.line.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search while the text is typed: the sign is painted before anything is found."""
        event.stop()
        event.prevent_default()
        if self.is_attached:
            self._begin(event.value)

    def _begin(self, text: str) -> None:
        self.run_worker(partial(self._look, text), group="find", exclusive=True, exit_on_error=False)

    async def _look(self, text: str) -> None:
        mine = self._newest = object()
        wanted = text.strip()
        answer = await self.latest("find", partial(self._read, wanted, lambda: self._newest is not mine))
        if answer is not None and self._newest is mine:
            await self._show(answer)
            if answer.state:
                await self.crm.live.indexing.tend()

    def _read(self, text: str, is_old: Any) -> Answer:
        """Return what there is for a text; on the database thread, where the search is loaded too."""
        if not text:
            return Answer("", self._recent())
        from crm_tui.search import index, listing
        from crm_tui.search.service import search
        from crm_tui.tui.screens.found_rows import found_rows

        session = self.session
        if self._opened is None:
            self._opened = recent.ids(session)
        found = search(
            session.reader, text, session.person.id, limit=LIMIT, cancelled=is_old, opened=self._opened
        )
        if found.scan == index.DAMAGED:
            index.tell_damage(session.database)
        said = listing.told(index.state(session.reader))
        return Answer(text, found_rows(session, found), found.more, said)

    def _recent(self) -> list[Row]:
        from crm_tui.search.shown import shown

        ids = recent.ids(self.session)[:FEW]
        rows = shown(self.session.reader, ids) if ids else {}
        names = [(one, safe(rows[one].name or rows[one].no)) for one in ids if one in rows]
        # Once is enough: what opens the box is to be sent in a moment on a slow line, too.
        return [
            Row(one, (name, "" if at else _("opened last"), "", "")) for at, (one, name) in enumerate(names)
        ]

    async def _show(self, answer: Answer) -> None:
        self.answer = answer
        self.table.empty = self._nothing(answer.text) if answer.text else ""
        with self.crm.batch_update():
            await self.table.show(ListSource(answer.rows))
            self._lay_out(len(answer.rows))
        self.notice.rest(self._told(answer))
        self.keys.update()

    def _nothing(self, text: str) -> str:
        return _(
            "No customer is found for “{text}”.\nTry initials, a part of the name or of the phone; "
            "{add} adds a customer of that name."
        ).format(text=text, add=self.crm.keymap.shown("add_found"))

    @staticmethod
    def _told(answer: Answer) -> str:
        said = [answer.state] if answer.state else []
        n = len(answer.rows)
        if answer.more:
            # Where only few are alike nobody looked through all: there need not be others.
            best = _("The best {n} so far, there is more: type on.")
            few = ngettext(
                "{n} customer, perhaps there are more: type on.",
                "{n} customers, perhaps there are more: type on.",
                n,
            )
            said.append((best if n >= LIMIT else few).format(n=n))
        elif answer.text and n:
            said.append(ngettext("{n} customer", "{n} customers", n).format(n=n))
        return " · ".join(said)

    # -- what can be done -----------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """What is typed, without blanks around it."""
        return self.line.value.strip()

    async def _caught_up(self) -> None:
        """Wait for the rows of what is typed: a key that acts on them may come before they do."""
        if self.answer is None or self.answer.text != self.text:
            self.workers.cancel_group(self, "find")
            await self._look(self.line.value)

    async def do_open(self) -> None:
        """Open the file of the customer under the cursor."""
        await self._caught_up()
        row = self.table.row
        if row is None:
            if self.text:
                self.say(
                    _("Nothing was found; {add} adds it.").format(add=self.crm.keymap.shown("add_found"))
                )
            return
        crm = self.crm
        with crm.batch_update():
            await crm.back()
            if getattr(crm.screen, "customer_id", None) != row.id:
                await crm.open("customer", customer_id=row.id)

    async def do_as_list(self) -> None:
        """Show what was found as the list of customers."""
        text, crm = self.text, self.crm
        if not text:
            return
        below = crm.screen_stack[-2]
        with crm.batch_update():
            await crm.back()
            if getattr(below, "kind", "") != "customers":
                await crm.go("customers")
        await cast(Any, crm.screen).look_for(text, within=crm.screen is below)

    async def do_add_found(self) -> None:
        """Add a customer of the name that was typed."""
        text, crm = self.text, self.crm
        await crm.back()
        await crm.open("add_customer", called=text)

    def why_not(self, action_id: str) -> str:
        """Say why nobody can be added, or listed."""
        if action_id == "add_found" and self.session.read_only:
            return self.session.read_only
        if action_id == "as_list" and not self.text:
            return _("Type something first.")
        return ""

    def do_down(self) -> None:
        """Go to the next customer."""
        self.table.do_down()

    def do_up(self) -> None:
        """Go to the one before."""
        self.table.do_up()

    do_next_found = do_down
    do_previous_found = do_up

    async def do_back(self) -> None:
        """Close."""
        await self.crm.back()
