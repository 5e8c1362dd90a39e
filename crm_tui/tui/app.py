"""The terminal application: what every screen can do."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from crm_tui.errors import Cancelled
from crm_tui.locale import _
from crm_tui.session import Session as OpenedSession
from crm_tui.text.cells import harmless
from crm_tui.tui.frame import Frame
from crm_tui.tui.screens.base import BaseScreen
from crm_tui.tui.typed_into import takes_text

REMIND_AFTER = 1.0  # seconds from the start


class CrmApp(Frame):
    """The application over a session; see Frame for what it is given and what screens use."""

    async def do_undo(self) -> None:
        """Take back the user's last change."""
        if isinstance(self.session, OpenedSession):
            from crm_tui.tui.screens.history import take_back_asking

            await take_back_asking(self, None)
            return
        said = await self.work.run(self.session.undo_last)
        self.writes += 1
        self.say(_("{what}  {key} brings it back.").format(what=said, key=self.keymap.shown("redo")), "good")

    async def do_redo(self) -> None:
        """Bring back what was undone last."""
        if isinstance(self.session, OpenedSession):
            from crm_tui.tui.screens.taking_back import bring_back

            await bring_back(self)
            return
        said = await self.work.run(self.session.redo_last)
        self.writes += 1
        self.done(said)

    async def do_reload(self) -> None:
        """Read everything again."""
        if isinstance(self.screen, BaseScreen):
            await self.screen.bring_up_to_date(force=True)
            self.say(_("Read again."))

    def do_redraw(self) -> None:
        """Paint everything anew."""
        self.paint_again()

    async def do_suspend(self) -> None:
        """Go back to the shell; ``fg`` comes back."""
        from crm_tui.tui.suspending import suspend

        self.keep_drafts()
        stopped = await suspend(self.work, self._driver)
        self.paint_again()
        self.check_day()
        if not stopped:
            self.say(_("There is no shell behind this program that could bring it back."), "warn")

    async def do_go_today(self) -> None:
        """Go to Today."""
        await self.go("today")

    async def do_go_customers(self) -> None:
        """Go to Customers."""
        await self.go("customers")

    async def do_go_duplicates(self) -> None:
        """Go to Duplicates."""
        await self.go("duplicates")

    async def do_all_history(self) -> None:
        """Show the latest changes of everybody."""
        await self.open("history")

    async def do_go_people(self) -> None:
        """Show colleagues and teams."""
        await self._open_house("people")

    async def do_go_policy(self) -> None:
        """Show what each role may do."""
        await self._open_house("policy")

    async def do_go_audit(self) -> None:
        """Show the audit."""
        await self._open_house("audit")

    async def _open_house(self, name: str) -> None:
        if isinstance(self.session, OpenedSession) and cast(BaseScreen, self.screen).room != name:
            await self.open(name)

    async def do_who_sees(self) -> None:
        """Show what a colleague may see of the customer, and why."""
        here = cast(BaseScreen, self.screen).customer_here()
        if here is not None:
            from crm_tui.tui.screens.explain_box import ask_who

            await ask_who(self, here)

    async def do_share(self) -> None:
        """Let a colleague work on the customer too, or no more."""
        here = cast(BaseScreen, self.screen).customer_here()
        if here is not None:
            from crm_tui.tui.screens.explain_box import ask_collaborator

            await ask_collaborator(self, here)

    async def do_upkeep(self) -> None:
        """Show the health of the file, its backups and who is in."""
        await self.open("upkeep")

    async def do_display(self) -> None:
        """Choose colours and the width of signs."""
        await self.open("display")

    async def do_next_match(self) -> None:
        """Next row: a search leaves only matches."""
        await cast(BaseScreen, self.screen).next_match(1)

    async def do_previous_match(self) -> None:
        """Previous row."""
        await cast(BaseScreen, self.screen).next_match(-1)

    async def do_drafts(self) -> None:
        """Show what was typed in forms and not saved."""
        if isinstance(self.session, OpenedSession):
            await self.open("drafts")

    async def offer_drafts(self) -> None:
        """Show what the last session left unsaved, once at the start."""
        if not isinstance(self.session, OpenedSession) or self.session.read_only:
            return
        found = await self.work.run(lambda: cast(OpenedSession, self.session).drafts.all())
        if not found:
            # Its modules are not to be imported beside the first frame.
            self.set_timer(REMIND_AFTER, self._remind)
            return
        if any(one.draft and not one.problem for one in found):
            await self.open("drafts")
        else:
            self.say(found[0].problem, "warn")

    async def _remind(self) -> None:
        """Say that a month went by without a backup, once a day."""
        session = cast(OpenedSession, self.session)
        if not session.policy.may("upkeep").allowed:
            return
        from crm_tui.storage.reminder import remind

        try:
            text = await self.work.run(remind, session.reader, session.database.path, session.zone)
        except Cancelled:  # the program is being left
            return
        if text:
            self.say(text, "warn")

    async def do_help(self) -> None:
        """Show the keys of this screen."""
        await self.open("help", about=cast(BaseScreen, self.screen).kind)

    async def do_palette(self) -> None:
        """Show all commands."""
        await self.open("palette", below=self.screen)

    def do_next_panel(self) -> None:
        """Next panel or field."""
        self.screen.focus_next()

    def do_previous_panel(self) -> None:
        """Previous panel or field."""
        self.screen.focus_previous()

    async def do_quit(self) -> None:
        """Back one level; at the top, quit."""
        if len(self.screen_stack) > 2:
            await self.back()
        elif self.work.jobs_awaited and not self._leaving:
            self._leaving = True
            self.say(_("A job is still running; the same key again stops it and leaves."), "warn")
        else:
            self.exit()

    def do_copy_selection(self) -> None:
        """Copy the selected text, or say how to leave."""
        focused = self.focused
        text = getattr(focused, "selected_text", "") if takes_text(focused) else ""
        text = text or self.screen.get_selected_text()
        if text:
            self.copy(text)
        else:
            self.say(_("Press {key} to leave.").format(key=self.keymap.shown("quit")))

    def copy_to_clipboard(self, text: str) -> None:
        """Put a text on the clipboard without what would steer the terminal that it is pasted into."""
        super().copy_to_clipboard(harmless(text))

    def copy(self, text: str) -> None:
        """Put a text on the clipboard (OSC 52, works over SSH) and say what was copied."""
        self.copy_to_clipboard(text)
        self.say(_("Copied: {text}").format(text=text))


def run(path: Path, *, read_only: bool = False, mouse: bool | None = None, plain: bool = False) -> int:
    """Open the terminal interface on a database and return the exit code when it is left."""
    from crm_tui.tui import opening

    return opening.run(path, read_only=read_only, mouse=mouse, plain=plain)
