"""Taking back a set or a whole job from any screen, with progress and the list of what is in the way."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from crm_tui.errors import CrmError
from crm_tui.locale import _
from crm_tui.storage import history
from crm_tui.storage.file_history import OWN_NAMES
from crm_tui.storage.survey import UndoBlocked
from crm_tui.storage.undoing import Undone
from crm_tui.storage.wording import undone_sentence
from crm_tui.tui.screens.history_rows import named
from crm_tui.tui.screens.job_box import LARGE, JobBox, Outcome, reported
from crm_tui.tui.work import Job

if TYPE_CHECKING:
    from crm_tui.tui.frame import Frame


async def take_back(crm: Frame, set_id: int, *, leave: bool = False) -> None:
    """Take back a set with its whole job and say what it was.

    What is in the way opens as a list, from which ``leave`` takes back all the rest.
    """
    session: Any = crm.session
    about = await crm.work.run(_about, session, set_id)
    undo = partial(session.undo, set_id, leave=leave)
    if about.rows > LARGE:

        async def ended(outcome: Outcome) -> None:
            await _ended(crm, set_id, about, outcome)

        await crm.show(JobBox(_("Taking back"), partial(_large, session, undo)), then=ended)
        return
    try:
        outcome = Outcome(await crm.work.run(partial(undo, progress=_telling(crm))))
    except UndoBlocked as error:
        outcome = Outcome(error=error)
    await _ended(crm, set_id, about, outcome)


async def bring_back(crm: Frame) -> None:
    """Bring back what the user's last undo took, and say what it was; what is in the way opens as a list.

    Raises BadInput when there is nothing to bring back.
    """
    session: Any = crm.session
    try:
        said = await crm.work.run(session.redo_last)
    except UndoBlocked as error:
        set_id = await crm.work.run(history.redoable, session.reader, session.person.id)
        await crm.open("obstacles", set_id=set_id, obstacles=error.obstacles, redone=True)
        return
    crm.writes += 1
    crm.done(said)


def _large(session: Any, undo: Any, job: Job[Any]) -> Undone:
    def carry() -> Undone:
        return undo(progress=partial(reported, job), cancelled=job.is_cancelled)

    return job.run(carry)


class About(NamedTuple):
    """What a set is: whose records it moved, in how many moves, what it began as, if it is an undo."""

    whose: str
    rows: int
    origin: str
    redone: bool


async def _ended(crm: Frame, set_id: int, about: About, outcome: Outcome) -> None:
    """Say what an undo did, or why it did nothing."""
    if isinstance(outcome.error, UndoBlocked):
        await crm.open("obstacles", set_id=set_id, obstacles=outcome.error.obstacles, redone=about.redone)
        return
    if isinstance(outcome.error, CrmError):
        crm.say(str(outcome.error), "warn")
        return
    if outcome.error is not None:
        raise outcome.error
    undone: Undone = outcome.value
    crm.writes += 1
    title = undone.title or about.whose
    said = undone_sentence(about.origin, title, redone=about.redone, left=undone.left)
    if not about.redone:
        said = _("{what}  {key} brings it back.").format(what=said, key=crm.keymap.shown("redo"))
    crm.say(said, "good")


def _about(session: Any, set_id: int) -> About:
    """Return what a set is; asked before, since undo may remove the record that names it."""
    one = history.summary(session.reader, set_id)
    rows, redone = (one.rows, one.action == "undo") if one is not None else (0, False)
    return About(_whose(session, set_id), rows, history.origin(session.reader, set_id), redone)


def _whose(session: Any, set_id: int) -> str:
    """Return whose records a set moved: one name or two, of more the first and how many there are."""
    moves = history.of_set(session.reader, set_id, limit=LARGE)
    records = dict.fromkeys((each.entity, each.entity_id) for each in moves)
    found = {name: entity for entity, number in records if (name := named(session, entity, number))}
    names = list(found)
    if len(names) < 3:
        return _("{one} and {other}").format(one=names[0], other=names[1]) if names[1:] else "".join(names)
    several = _("{name} and others, {n} customers in all")
    if any(entity in OWN_NAMES for entity in found.values()):
        several = _("{name} and others, {n} in all")
    return several.format(name=names[0], n=len(names))


def _telling(crm: Frame) -> Any:
    """Return a progress function for the database thread that speaks in the message line."""
    loop = asyncio.get_running_loop()

    def told(done: int, total: int) -> None:
        if total > 1 and not loop.is_closed():
            text = _("Taking back: part {done} of {total} …").format(done=done, total=total)
            loop.call_soon_threadsafe(crm.say, text)

    return told
