"""What a person may see and do moved while the program is open: every screen reads again, and it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crm_tui.access.policy import Policy
from crm_tui.locale import _
from crm_tui.session import Session
from crm_tui.tui.screens.base import BaseScreen

if TYPE_CHECKING:
    from crm_tui.tui.frame import Frame


class RightsMoved:
    """Compares the session's policy with the one that the screens were read under, at each ``follow``."""

    def __init__(self, app: Frame) -> None:
        self._app = app
        session = app.session
        self._session = session if isinstance(session, Session) else None
        self._known: Policy | None = self._session.policy if self._session else None
        self.ended = ""

    async def follow(self, session: Session) -> bool:
        """Show what the policy says now if it moved; whether it did."""
        before, now = self._known, session.policy
        if self._session is not session:
            self._session, before = session, None
        self._known = now
        if before is None or before is now or _same(before, now):
            return False
        await self._app.work.run(session.renew_words)
        self._app.writes += 1
        for screen in self._app.open_screens():
            screen.seen_writes = -1
            screen.rights_moved()
        await self._close_boxes()
        shown = self._app.screen
        if isinstance(shown, BaseScreen):
            await shown.bring_up_to_date(force=True)
            shown.keys.update()
            if not now.active:
                self._end()
            else:
                shown.say(_("What you may see or do was changed; everything was read again."), "warn")
        return True

    async def _close_boxes(self) -> None:
        """Close what shows over a screen what was read before; forms keep what is typed."""
        while len(self._app.screen_stack) > 2:
            shown: Any = self._app.screen
            # What is being written is asked for its rights as it is written.
            if not getattr(shown, "keeps_no_rights", False) or getattr(shown, "job", None) is not None:
                return
            await (shown.leave() if isinstance(shown, BaseScreen) else self._app.back())

    def _end(self) -> None:
        """Keep what is typed; the next key ends the program with this sentence."""
        self._app.keep_drafts()
        self.ended = _("Your account was taken out of use. What you typed is kept as a draft.")
        for screen in self._app.open_screens():
            screen.notice.say("")  # nothing else is to be done here any more
            screen.notice.rest(self.ended)


def _same(one: Policy, other: Policy) -> bool:
    """Tell whether two policies allow the same, whatever else in the file moved."""
    return one._replace(stamp=()) == other._replace(stamp=())
