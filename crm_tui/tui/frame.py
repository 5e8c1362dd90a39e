"""The frame of the terminal application: keys, actions, screens, days and messages."""

from __future__ import annotations

import asyncio
import gc
import inspect
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext, suppress
from pathlib import PurePath
from typing import Any, ClassVar, cast

from textual import events
from textual.dom import DOMNode

from crm_tui.errors import BadInput, Conflict, CrmError
from crm_tui.locale import _
from crm_tui.storage.driver import sqlite3
from crm_tui.tui import faults, sheets
from crm_tui.tui.actions import find
from crm_tui.tui.allowed import Allowed
from crm_tui.tui.days import Days
from crm_tui.tui.keymap import Keymap
from crm_tui.tui.keys import half_width, is_writing, key_name
from crm_tui.tui.kinds import LISTS, MOVE, Action
from crm_tui.tui.live import Live
from crm_tui.tui.needs import Session
from crm_tui.tui.opening import rest, rest_long
from crm_tui.tui.own_settings import complaint
from crm_tui.tui.painting import painted_once
from crm_tui.tui.rooms import LIKELY, ROOMS, Factory, factory, load
from crm_tui.tui.screens.base import BaseScreen, Then
from crm_tui.tui.typed_into import takes_lines, takes_text
from crm_tui.tui.work import Superseded, Work

# What is to be done while nobody has the file open; returns what is said when it is open again.
Wish = Callable[[], str]
BUSY_AFTER = 0.5
PREPARE_AFTER = 0.3
PREPARE_PAUSE = 0.03


class Frame(Days, inherit_bindings=False):
    """The application over a session, without actions of its own.

    ``rooms`` maps names to screens (``"module:Class"`` or a callable), the registry by default; ``start``
    is the first one; ``settings`` is the user's settings.toml as a dict (``theme``, ``ambiguous_width``,
    ``[keys]``); ``work`` is the thread that opened the session, ``ahead`` what it read for the first screen.
    Screens use ``open``, ``go``, ``back``, ``write``, ``say``, ``act`` and ``work``.
    """

    ENABLE_COMMAND_PALETTE = False
    TITLE = "crm-tui"
    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = [*sheets.first()]

    def __init__(
        self,
        session: Session,
        *,
        start: str = "today",
        rooms: Mapping[str, str | Factory] | None = None,
        settings: Mapping[str, Any] | None = None,
        work: Work | None = None,
        said: tuple[str, str] = ("", ""),
        ahead: dict[str, Any] | None = None,
    ) -> None:
        settings = settings or {}
        super().__init__(settings)
        # Two widgets of each screen, for what the lines above and below say here.
        self._disable_tooltips = self._disable_notifications = True
        self.session = session
        self.work = work or Work()
        self.work.interrupt, self.work.at_rest = self._stop_reading, lambda: rest(self.session)
        self.work.at_long_rest = lambda: rest_long(self.session)
        self.ahead = {} if ahead is None else ahead
        self.writes = 0
        self.without_drafts = False
        self.rooms = {**ROOMS, **(rooms or {})}
        self.faults: list[BaseException] = []
        self._start = start
        self._mains: dict[str, BaseScreen] = {}
        self.live = Live(self)
        self.allowed = Allowed(self)
        self.sheets = sheets.Sheets(self.stylesheet)
        self._first_words = said
        self.wish: Wish | None = None
        self._leaving = False
        self._preparing: asyncio.Task[None] | None = None
        self.begin_day()
        self.keymap = Keymap(settings.get("keys"))
        # One at a time: two would not fit into the message line.
        if not said[0] and (refused := self.keymap.complaint or complaint(settings)):
            self._first_words = refused, "warn"

    # -- start, end, days ---------------------------------------------------------------------------

    def leave_for(self, wish: Wish) -> None:
        """Close the database, do something that needs it closed, and open it again."""
        self.wish = wish
        self.exit()

    async def on_mount(self) -> None:
        """Open the first screen."""
        try:
            await self.go(self._start)
        except Exception as error:
            # Shown empty and with the reason: what can be read elsewhere in the file stays within reach.
            self.faults.append(error)
            self.say(str(error) if isinstance(error, CrmError) else faults.describe(error), "bad")
        if self._first_words[0]:
            self.say(*self._first_words)
        elif not self.faults:
            self.say_limits()
        self.wait_for_midnight()
        self.set_timer(PREPARE_AFTER, self._prepare)
        self.live.start()
        if not self.faults:
            await self.offer_drafts()

    def say_limits(self) -> None:
        """Say why the database can only be read, or what is to be known before writing to it."""
        limits = self.session.read_only or getattr(self.session, "warning", "")
        if limits:
            self.say(limits, "warn")

    async def offer_drafts(self) -> None:
        """Show what the last session left unsaved; nothing here."""

    def _prepare(self) -> None:
        """Load what is likely next while nobody waits for it."""
        # Off since the start; what is there by now stays to the end and need not be looked through.
        gc.freeze()
        gc.set_threshold(2000, 2, 2)  # styles that Textual replaced: found early, 0.6 MB less are taken
        gc.enable()
        self._preparing = asyncio.get_running_loop().create_task(self._piece_by_piece())

    async def _piece_by_piece(self) -> None:
        # A key that comes meanwhile waits for one piece; what fails is told by the screen that needs it.
        with suppress(Exception):
            for name in LIKELY:
                await self.work.run(load, name)
                await asyncio.sleep(PREPARE_PAUSE)
            while self.sheets.one_more():
                await asyncio.sleep(PREPARE_PAUSE)

    async def on_unmount(self) -> None:
        """Let the database finish what it has begun."""
        self.live.stop()
        if self._preparing is not None:
            self._preparing.cancel()
        await asyncio.get_running_loop().run_in_executor(None, self.work.close)

    @property
    def user_name(self) -> str:
        """The acting user's name."""
        return self.session.user_name

    def _stop_reading(self) -> None:
        with suppress(AttributeError, sqlite3.ProgrammingError):
            cast(Any, self.session).reader.interrupt()

    # -- keys ---------------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Give keys and pasted text to the registry before any widget sees them."""
        if isinstance(event, events.Key) and not event.is_forwarded and await self._key(event):
            return
        if isinstance(event, events.Paste) and not event.is_forwarded and await self._pasted(event.text):
            return
        await super().on_event(event)

    async def _key(self, event: events.Key) -> bool:
        """Carry out the action of a key; False leaves the key to the focused widget."""
        screen = self.screen
        if not isinstance(screen, BaseScreen):
            return False
        self.check_day()
        if self.live.rights.ended:
            self.last_words = self.live.rights.ended
            self.exit()
            return True
        focused = screen.focused
        text = takes_text(focused)
        typing = text or screen.kind == "form"
        key = event.key
        if not typing:
            twin = half_width(event.character)
            key = key_name(twin) if twin and self.keymap.action_for(screen.kind, key) is None else key
        action = self.keymap.action_for(screen.kind, key, typing=typing, lines=takes_lines(focused))
        if screen.small.display and action is not None and action.id != "quit":
            return not typing
        if action is None:
            sign = event.character or ""
            if not typing and sign and (is_writing(sign) or screen.begins_text(sign)):
                return await screen.begin_text(sign)
            if not typing and screen.kind in LISTS and event.is_printable:
                screen.say(self.keymap.said_of(key), "warn")
                return True
            return False
        if text and focused is not None:
            await self._drain(focused)
        await self._carry_out(action)
        return True

    async def _pasted(self, text: str) -> bool:
        """Search for a text that an input method pastes into a list."""
        screen = self.screen
        if not isinstance(screen, BaseScreen) or takes_text(screen.focused):
            return False
        line = next(iter(text.split("\n")), "").strip()
        twin = half_width(line) if len(line) == 1 else None
        if twin and (action := self.keymap.action_for(screen.kind, key_name(twin))):
            await self._carry_out(action)
            return True
        wanted = bool(line) and (is_writing(line) or screen.begins_text(line[0]))
        return wanted and await screen.begin_text(line)

    @staticmethod
    async def _drain(widget: DOMNode) -> None:
        """Wait until a widget has taken all keys it was given."""
        done = asyncio.Event()
        if widget.call_later(done.set):
            try:
                await asyncio.wait_for(done.wait(), 1)
            except TimeoutError:
                return

    # -- actions ------------------------------------------------------------------------------------

    def perform(self, action_id: str) -> None:
        """Carry out an action soon, after the keys pressed before; for the mouse and the palette."""
        self.call_later(self.act, action_id)

    async def act(self, action_id: str) -> None:
        """Carry out an action now, as if its key were pressed."""
        await self._carry_out(find(action_id))

    async def _carry_out(self, action: Action) -> None:
        screen = cast(BaseScreen, self.screen)
        if action.group != MOVE:
            screen.say("")
            await self.allowed.learn(screen, action)
            reason = self.why_not(action, screen)
            if reason:
                screen.say(reason, "warn")
                return
        if action.id != "quit":
            self._leaving = False
        busy = asyncio.get_running_loop().call_later(BUSY_AFTER, screen.say, _("Working …"))
        try:
            handled = await self._call(action, screen)
            await self._caught_up()
        except Superseded:
            return
        except CrmError as error:
            if isinstance(error, Conflict):
                # What somebody else did is to be seen before the key is pressed again.
                self.writes += 1
                await self._caught_up()
            self.say(str(error), "bad")
        except Exception as error:
            self.faults.append(error)
            self.say(faults.describe(error), "bad")
        else:
            if not handled:
                self.say(_("“{name}” does nothing here.").format(name=_(action.label)), "warn")
        finally:
            busy.cancel()
            if screen.notice.text == _("Working …"):
                screen.say("")
            if isinstance(self.screen, BaseScreen) and action.group != MOVE:
                self.screen.keys.update()

    def why_not(self, action: Action, screen: BaseScreen) -> str:
        """Return why an action cannot be done on a screen now (translated), '' when it can."""
        if self.session.read_only and action.writes and not (action.id == "save" and screen.saves_elsewhere):
            return self.session.read_only
        return screen.why_not(action.id) or self.allowed.why_not(action, screen)

    async def _call(self, action: Action, screen: BaseScreen) -> bool:
        for owner in self._owners(screen):
            method = getattr(owner, f"do_{action.id}", None)
            if method is not None:
                result = method()
                if inspect.isawaitable(result):
                    result = await result
                if result is not False:
                    return True
        return False

    def _owners(self, screen: BaseScreen) -> Iterable[Any]:
        """Yield who may carry an action out: the focused widget and its parents, the main list, us."""
        focused = screen.focused
        nodes = [
            node for node in (focused.ancestors_with_self if focused else ()) if node not in (screen, self)
        ]
        yield from nodes
        # Looked for where no other did it: hardly ever.
        if (primary := screen.primary) is not None and primary not in nodes:
            yield primary
        yield from (screen, self)

    def has(self, action_id: str, screen: BaseScreen) -> bool:
        """Tell whether anybody on a screen can carry an action out."""
        return any(hasattr(owner, f"do_{action_id}") for owner in self._owners(screen))

    # -- screens ------------------------------------------------------------------------------------

    async def go(self, name: str) -> None:
        """Go to a main screen; it keeps its cursor and search from last time."""
        screen = self._mains.get(name)
        if screen is None:
            screen = self._mains[name] = self.make(name)
            self.install_screen(screen, name)
        while len(self.screen_stack) > 2:
            await self.pop_screen()
        async with nullcontext() if screen.is_attached else painted_once(self):
            if len(self.screen_stack) == 1:
                await self.push_screen(name)
            elif self.screen is not screen:
                await self.switch_screen(name)
            await self._caught_up()

    async def open(self, name: str, *, then: Then | None = None, **given: Any) -> BaseScreen:
        """Open a screen over this one and return it; ``then(result)`` is called when it closes."""
        return await self.show(self.make(name, **given), then=then)

    async def show(self, screen: BaseScreen, *, then: Then | None = None) -> BaseScreen:
        """Open a screen made by the caller over this one."""
        self.sheets.all()
        screen.then = then
        async with painted_once(self):
            await self.push_screen(screen)
            await self._caught_up()
        return screen

    async def back(self, result: Any = None) -> None:
        """Close the open screen with a result; the main one stays."""
        if len(self.screen_stack) > 2:
            then = getattr(self.screen, "then", None)
            await self.pop_screen()
            if then is not None and inspect.isawaitable(waiting := then(result)):
                await waiting
            await self._caught_up()

    def open_screens(self) -> set[BaseScreen]:
        """Return the screens that are open, and the main ones that are kept to be shown again."""
        return {*self._mains.values(), *(each for each in self.screen_stack if isinstance(each, BaseScreen))}

    def make(self, name: str, **given: Any) -> BaseScreen:
        """Return a new screen of that name; BadInput when there is none."""
        if name not in sheets.PLAIN:
            self.sheets.all()
        make = factory(name, self.rooms)
        if make is None:
            raise BadInput(_("There is no screen “{name}”.").format(name=name))
        screen = make(**given)
        screen.room, screen.arguments = name, given
        return screen

    async def _caught_up(self) -> None:
        if isinstance(self.screen, BaseScreen):
            await self.screen.bring_up_to_date()

    # -- what screens use ---------------------------------------------------------------------------

    async def write(self, fn: Callable[..., Any], *args: Any, reason: str | None = None, **kw: Any) -> Any:
        """Run a service's write function as one change set and return what ``session.write`` does.

        What the function returned is its ``value``. The screen reads again after the action.
        """
        if self.session.read_only:
            raise BadInput(self.session.read_only)
        result = await self.work.run(self.session.write, fn, *args, reason=reason, **kw)
        self.writes += 1
        return result

    def say(self, text: str, kind: str = "info") -> None:
        """Show a message on the screen that is open; ``kind`` is info, good, warn or bad."""
        if isinstance(self.screen, BaseScreen):
            self.screen.say(text, kind)

    def done(self, text: str) -> None:
        """Say what was done and how to take it back."""
        self.say(_("{what}  {key} undoes it.").format(what=text, key=self.keymap.shown("undo")), "good")
