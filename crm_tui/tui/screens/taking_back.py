"""Taking back a set or a whole job from any screen, with progress and the list of what is in the way."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from crm_tui.errors import BadInput
from crm_tui.locale import _
from crm_tui.storage import file_history, history
from crm_tui.storage.survey import UndoBlocked
from crm_tui.storage.undoing import Undone
from crm_tui.storage.wording import undone_sentence
from crm_tui.tui.opening import then_warm

if TYPE_CHECKING:
    from crm_tui.tui.frame import Frame


async def take_back(crm: Frame, set_id: int | None, *, leave: bool = False) -> None:
    """Take back a set with its whole job (None: the user's last change) and say what it was.

    What is in the way opens as a list, from which ``leave`` takes back all the rest. Raises BadInput when
    there is nothing to take back.
    """
    session: Any = crm.session
    if set_id is None:
        set_id = await crm.work.run(history.undoable, session.reader, session.person.id)
        if set_id is None:
            raise BadInput(_("There is nothing of yours to take back."))
    about = await crm.work.run(_about, session, set_id)
    undo = partial(session.undo, set_id, leave=leave, progress=_telling(crm))
    try:
        undone: Undone = await crm.work.run(then_warm, session, undo)
    except UndoBlocked as error:
        await crm.open("obstacles", set_id=set_id, obstacles=error.obstacles)
        return
    crm.writes += 1
    redone = undone.action == "undo"
    said = undone_sentence(undone.action, undone.title or about, redone=redone, left=len(undone.left))
    crm.say(_("{what}  {key} brings it back.").format(what=said, key=crm.keymap.shown("redo")), "good")


def _about(session: Any, set_id: int) -> str:
    """Return the name of the record that a set moved first; asked before, since undo may remove it."""
    for first in history.of_set(session.reader, set_id, limit=1):
        name = file_history.record_name(session.reader, first.entity, first.entity_id)
        return name.partition(" ")[2] or name
    return ""


def _telling(crm: Frame) -> Any:
    """Return a progress function for the database thread that speaks in the message line."""
    loop = asyncio.get_running_loop()

    def told(done: int, total: int) -> None:
        if total > 1 and not loop.is_closed():
            text = _("Taking back: part {done} of {total} …").format(done=done, total=total)
            loop.call_soon_threadsafe(crm.say, text)

    return told
