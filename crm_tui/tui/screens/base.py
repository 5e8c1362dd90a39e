"""What every screen has: the lines around it, a kind, a search."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Input

from crm_tui.errors import CrmError
from crm_tui.locale import _
from crm_tui.text.cells import safe
from crm_tui.tui.kinds import FILES, SCREEN_TITLES, Action
from crm_tui.tui.repainting import LinesCompositor, Repaint
from crm_tui.tui.typed_into import InputToBe, takes_text
from crm_tui.tui.widgets.lines import KeyBar, Notice, SearchLine, StatusLine
from crm_tui.tui.widgets.prose import Prose
from crm_tui.tui.widgets.table import Table
from crm_tui.tui.work import Superseded

if TYPE_CHECKING:
    from crm_tui.storage.watch import Moved
    from crm_tui.tui.app import CrmApp

SMALLEST = (60, 15)
Then = Callable[[Any], Awaitable[None] | None]


class BaseScreen(Screen[Any]):
    """A screen: set ``kind``, write ``body()``, ``reload()`` and ``do_<action id>`` methods.

    ``body()`` yields the widgets between status line and key bar. ``reload()`` reads the data; it runs
    when the screen opens, when it is shown again after a write elsewhere, and after every action that
    wrote. ``do_<id>`` may be async; it returns False to pass the action on (to a parent, the screen, the
    app). ``why_not(id)`` answers why an action cannot be done now, '' when it can. ``hidden`` names
    actions that the key bar leaves out, ``called`` those that have a better name on this screen.
    ``on_day()`` is called when a new day begins. ``room`` and ``arguments`` are what it was opened by,
    ``keep_now()`` is called before the program ends. What is saved where ``saves_elsewhere`` is true is no
    change of the database.
    """

    kind: ClassVar[str] = ""
    hidden: frozenset[str] = frozenset()
    called: ClassVar[Mapping[str, str]] = {}
    follows: ClassVar[bool] = False
    saves_elsewhere: ClassVar[bool] = False
    keeps_no_rights: ClassVar[bool] = False  # closed when rights move: it shows what was read before
    AUTO_FOCUS = "Table, Form FieldRows"

    def __init__(self) -> None:
        super().__init__()
        self._compositor = LinesCompositor()
        self._repaint = Repaint(self._paint, lambda error: self.app._handle_exception(error))
        self.status = StatusLine()
        self.notice = Notice()
        self.keys = KeyBar()
        self.small = Prose(classes="too-small")
        self.filter = ""
        self.room = ""
        self.arguments: Mapping[str, Any] = {}
        self.seen_writes = -1
        self.then: Then | None = None
        self._searches = [0, 0]  # begun, ended

    @property
    def crm(self) -> CrmApp:
        """The app: ``crm.session``, ``crm.work``, ``crm.write``, ``crm.open``, ``crm.say``."""
        return cast("CrmApp", self.app)

    def compose(self) -> ComposeResult:
        """Yield the lines and the body."""
        self.status.title = self.heading()
        self.status.reason = self.crm.session.read_only
        self.status.flag = _("Read only") if self.status.reason else ""
        yield self.status
        yield from self.body()
        yield self.notice
        yield self.keys
        yield self.small

    def body(self) -> Iterable[Widget]:
        """Yield the widgets of the screen."""
        return ()

    def heading(self) -> str:
        """Return the translated title of the status line."""
        return _(SCREEN_TITLES[self.kind])

    async def reload(self) -> None:
        """Read the data of the screen; nothing to read by default."""

    @property
    def in_bar(self) -> Sequence[str]:
        """The actions that the key bar names now in place of the usual ones; () for those."""
        return ()

    def why_not(self, action_id: str) -> str:
        """Return why an action cannot be done now (translated), '' when it can."""
        return ""

    def customer_here(self) -> int | None:
        """Return the customer that actions are about now; None when there is none, or are several."""
        return None

    def customers_in_sight(self) -> Iterable[int]:
        """Return the customers that the cursor may go to next, or some of them."""
        return ()

    def verb_of(self, action: Action) -> str:
        """Return the verb of the policy that an action needs on this screen, '' when everybody may do it."""
        return action.verb

    @on(Table.Moved)
    def _follow(self, event: Table.Moved) -> None:
        """Let the key bar follow what is allowed on the row under the cursor."""
        event.stop()
        self.crm.allowed.rested(self)

    async def leave(self) -> None:
        """Close, for what it shows was read under other rights (keeps_no_rights)."""
        await self.crm.back()

    def rights_moved(self) -> None:
        """What the user may see or do moved: let go of what was read; ``reload`` follows when it is shown."""

    def on_day(self) -> None:
        """A new day has begun; by default the screen reads its data again."""
        self.run_worker(partial(self.bring_up_to_date, force=True), exit_on_error=False)

    async def moved(self, what: Moved) -> None:
        """Show what others wrote while the screen is open; only where ``follows`` is set.

        It runs beside the keys: nothing under the cursor may move, nothing unread in the message line go.
        """

    def keep_now(self) -> None:
        """Keep what must not be lost when the program ends at once; nothing by default."""

    async def bring_up_to_date(self, *, force: bool = False) -> None:
        """Read the data again if something was written since it was read; the app calls this."""
        writes = self.crm.writes
        if force or self.seen_writes != writes:
            self.seen_writes = writes
            try:
                await self.reload()
            except Superseded:
                return

    @property
    def primary(self) -> Widget | None:
        """The widget that gets the keys of moving when an input has the focus: the first table."""
        return next(iter(self.query(Table)), None)

    def set_status(
        self,
        *,
        title: str | None = None,
        filter: str | None = None,
        total: str | None = None,
        narrowed: str | None = None,
    ) -> None:
        """Change the status line; what is not given stays. ``narrowed`` is the filter in words."""
        self.status.change(title=title, filter=filter, total=total, narrowed=narrowed)

    async def latest(self, what: str, fn: Callable[[], Any]) -> Any:
        """Return what ``fn`` answers on the database thread; None after a newer question or an error."""
        try:
            return await self.crm.work.latest((what, id(self)), fn)
        except Superseded:
            return None
        except CrmError as error:
            self.say(str(error), "bad")
        except Exception as error:
            from crm_tui.tui import faults

            self.crm.faults.append(error)
            self.say(faults.describe(error), "bad")
        return None

    def say(self, text: str, kind: str = "info") -> None:
        """Show a message in the message line."""
        self.notice.say(text, kind)

    # -- search: yield a SearchLine in body() and write search_changed() ------------------------------

    async def search_changed(self, text: str) -> None:
        """Narrow the rows to a text; '' shows all."""

    def search_typed(self, text: str) -> bool:
        """Open the search with a text typed outside an input; False when the screen has none."""
        for line in self.query(SearchLine):
            line.open(text)
            return True
        return False

    async def begin_text(self, text: str) -> bool:
        """Look for a text typed outside an input; False when nothing can be looked for here."""
        if self.kind in FILES:
            await self.crm.open("find", text=text)
            return True
        return self.search_typed(text)

    def begins_text(self, character: str) -> bool:
        """Tell whether a sign that is no command begins a text for ``search_typed``."""
        return False

    async def do_search(self) -> bool | None:
        """Look for any customer, or, where there are none, open the search line."""
        if self.kind in FILES:
            await self.crm.open("find")
            return None
        return self.do_narrow()

    def do_narrow(self) -> bool | None:
        """Open the search line."""
        for line in self.query(SearchLine):
            line.open()
            return None
        return False

    async def next_match(self, by: int) -> None:
        """Go to the next row that the search left (``by`` 1) or the one before (-1), over headings.

        After the last one it begins again; without a search the search line opens.
        """
        table = self.primary
        if not self.filter:
            self.do_narrow()
        elif isinstance(table, Table) and not table.step(by):
            self.say(_("That was the last match.") if by > 0 else _("That was the first match."))

    async def search(self, text: str) -> None:
        """Search for a text now and wait for the rows; a search that is under way for another text stops."""
        if text != self.filter or self._searches[0] != self._searches[1]:
            self.workers.cancel_group(self, "search")
            await self._search(text)

    async def _search(self, text: str) -> None:
        self._searches[0] += 1
        mine = self._searches[0]
        self.filter = text
        self.set_status(filter=text)
        try:
            await self.search_changed(text)
        except Superseded:
            return
        except CrmError as error:
            self.say(str(error), "bad")
        self._searches[1] = mine

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search while the text is typed."""
        if isinstance(event.input, SearchLine):
            event.stop()
            if event.value != self.filter:
                self.run_worker(
                    partial(self._search, event.value), group="search", exclusive=True, exit_on_error=False
                )

    async def do_back(self) -> None:
        """Clear the search, or step back."""
        if self.filter:
            for line in self.query(SearchLine):
                line.value = ""
                line.display = False
            await self.search("")
            return
        await self.crm.back()

    def _place_cursor(self) -> None:
        """Keep the terminal's cursor in the input: input methods write there.

        Each frame takes it along; an input that was not laid out when its text came has told a wrong place.
        """
        if self.focused is not None and takes_text(self.focused):
            self.crm.cursor_position = cast(Input, self.focused).cursor_screen_offset

    def set_focus(
        self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False
    ) -> None:
        """Give the keys to a widget; a field of a form makes its input then. In a text no letter acts."""
        if isinstance(widget, InputToBe):
            widget, scroll_visible = widget.entered(), False
        typed = takes_text(self.focused)
        super().set_focus(widget, scroll_visible, from_app_focus)
        if typed != takes_text(self.focused):
            self.keys.update()

    @property
    def _update_timer(self) -> Any:
        """What Textual asks to paint."""
        return self._repaint

    def _paint(self) -> None:
        if self.is_running and not self.app._exit:
            self._on_timer_update()

    def _compositor_refresh(self) -> None:
        """Paint; but what is painted while the app batches is thrown away, so that waits for the end."""
        if self.crm._batch_count and self.is_current:
            self.refresh()
            return
        if self.is_current:
            self._place_cursor()
        super()._compositor_refresh()

    # -- sizes --------------------------------------------------------------------------------------

    def post_message(self, message: Message) -> bool:
        """Take a message, but no size that is the terminal's no more.

        A screen tells itself the size it was laid out by; behind a newer one, that would be taken instead.
        """
        if isinstance(message, events.Resize) and message.size != self.app.size:
            return False
        return super().post_message(message)

    def on_screen_suspend(self) -> None:
        """Keep no painted lines of a screen that another covers: they are painted anew when it comes back."""
        if self not in self.app._background_screens:
            for widget in self.walk_children(Widget, with_self=True):
                widget._styles_cache.clear()

    def on_resize(self, event: events.Resize) -> None:
        """Cover the screen when the terminal is too small; what was typed stays where it is."""
        self.small.display = self.is_too_small(event.size.width, event.size.height)
        self.set_class(self.small.display, "-small")
        if self.small.display:
            self.small.update(
                _("The window is too small: {width}x{height}, at least {least_width}x{least_height}.").format(
                    width=event.size.width,
                    height=event.size.height,
                    least_width=SMALLEST[0],
                    least_height=SMALLEST[1],
                )
            )

    @staticmethod
    def is_too_small(width: int, height: int) -> bool:
        """Tell whether a terminal of that size cannot show a screen."""
        return width < SMALLEST[0] or height < SMALLEST[1]


class PopUp(BaseScreen, ModalScreen[Any]):
    """A small box over the screen below: a choice of a few keys. Write ``box()`` instead of ``body()``."""

    kind: ClassVar[str] = "pick"
    keeps_no_rights: ClassVar[bool] = True

    def compose(self) -> ComposeResult:
        """Yield the box, with the message and key lines inside."""
        with Vertical(classes="box") as box:
            box.border_title = Content(safe(self.heading()))
            yield from self.box()
            yield self.notice
            yield self.keys
        yield self.small

    def box(self) -> Iterable[Widget]:
        """Yield the widgets of the box."""
        return ()
