"""What a colleague did, in a few words, for rows and messages."""

from __future__ import annotations

from crm_tui.locale import N_, _
from crm_tui.session import Session
from crm_tui.storage.watch import Touch

DEEDS: dict[str, str] = {
    "customer.archive": N_("{who} archived it"),
    "plan.done": N_("{who} closed it"),
    "plan.cancel": N_("{who} dropped it"),
    "plan.snooze": N_("{who} put it off"),
    "activity.log": N_("{who} logged it"),
    "undo": N_("{who} took it back"),
}
HANDED_OVER = N_("{who} handed it over")
DEALT_WITH = N_("{who} dealt with it")


def who(session: Session, touch: Touch | None) -> str:
    """Return whose doing a move is; another program has no name, and much at once has no doer."""
    if touch is None:
        return _("Somebody")
    return session.names.get(touch.actor or 0) or _("Another program")


def told(session: Session, touch: Touch | None) -> str:
    """Return who did what: 李雷 已完成."""
    if touch is not None and touch.field == "owner_id":
        text = HANDED_OVER
    else:
        text = DEEDS.get(touch.action, DEALT_WITH) if touch else DEALT_WITH
    return _(text).format(who=who(session, touch))
