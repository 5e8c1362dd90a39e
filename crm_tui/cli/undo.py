"""Taking back: ``undo`` and its counterpart ``redo``."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from crm_tui.access.telling import counted, is_hidden
from crm_tui.cli.diagnostics import obstacle_line, say
from crm_tui.cli.grammar import argument, command, option
from crm_tui.cli.history import ENTITIES, in_words, local
from crm_tui.cli.progress import Bar
from crm_tui.cli.registry import COMMANDS
from crm_tui.cli.state import State
from crm_tui.locale import N_, _
from crm_tui.storage import history as log
from crm_tui.storage.file_history import linked_names, record_name
from crm_tui.storage.survey import Obstacle, UndoBlocked
from crm_tui.storage.undoing import Undone
from crm_tui.storage.wording import hidden_text, nameless, undone_sentence

if TYPE_CHECKING:
    from crm_tui.session import Session


@command(
    COMMANDS["undo"],
    argument("number", "[NUMBER]", required=False, type=int),
    option("--leave", is_flag=True, help=N_("Take back all but what is in the way.")),
    more=N_("The numbers stand in crm-tui history. To take back an undo brings back what it took."),
)
def undo(state: State, number: int | None, leave: bool) -> None:
    """Take back a set or the user's own last change."""
    with state.session(write=True) as session, Bar(_("Taking back"), stoppable=True) as bar:
        if number is None and leave:
            number = log.undoable(session.reader, session.person.id)
        with _explained(state, session, bar, number, leave=leave):
            done = session.undo(number, leave=leave, progress=bar.report, cancelled=bar.cancelled)
        bar.close()
        if done is None:
            say(_("There is nothing of yours to take back."))
        else:
            _report(state, session, done)


@command(COMMANDS["redo"])
def redo(state: State) -> None:
    """Bring back what the user's last undo took."""
    with state.session(write=True) as session, Bar(_("Bringing back"), stoppable=True) as bar:
        with _explained(state, session, bar, log.redoable(session.reader, session.person.id)):
            done = session.redo(session.parts(bar.report, bar.cancelled))
        bar.close()
        if done is None:
            say(_("There is nothing to bring back."))
        else:
            _report(state, session, done)


@contextmanager
def _explained(
    state: State, session: Session, bar: Bar, number: int | None, *, leave: bool = False
) -> Generator[None]:
    """Show what is in the way of taking back a set, and name the command that leaves it."""
    try:
        yield
    except UndoBlocked as blocked:
        bar.close()
        _explain(state, session, blocked.obstacles)
        if not leave:
            command = f"crm-tui undo {'' if number is None else f'{number} '}--leave"
            blocked.todo = _("To undo all but these: {command}").format(command=command)
        raise


def _report(state: State, session: Session, done: Undone) -> None:
    if done.left:
        _explain(state, session, done.left)
    if state.out.as_json:
        found = {"set": done.set_id, "action": done.action, "title": done.title, "left": len(done.left)}
        state.out.json(found)
    action = log.origin(session.reader, done.set_id) if done.set_id is not None else done.action
    redone = done.action == "undo"
    say(undone_sentence(action, done.title, redone=redone, left=done.left))


def _explain(state: State, session: Session, obstacles: list[Obstacle]) -> None:
    """Show field by field what is in the way, with the names of those who did it."""
    context = session.context()
    for one, count in counted(obstacles).items():
        title, shown = "", ("", "", "")
        if one.field:
            held = (one.before, one.after, one.now)
            title, *words = in_words(one.entity, one.field, held, context)
            linked = linked_names(session.reader, one.field, held)
            if linked is not None:
                title, words = _(ENTITIES["customer"]), linked
            shown = (words[0], words[1], words[2])
            if is_hidden(one):
                shown = (hidden_text(), hidden_text(), hidden_text())
        doer = log.doer(session.reader, one.by)
        by = ""
        if doer is not None:
            by = f"{session.names.get(doer[1] or 0, '')} {local(doer[0], session.zone)}".strip()
        name = record_name(session.reader, one.entity, one.entity_id) or nameless(one, count)
        if state.out.as_json:
            more = {"name": name, "by_whom": by, "hidden": is_hidden(one), "count": count}
            state.out.json({**one._asdict(), **more})
        else:
            say("  " + obstacle_line(one, name, title, shown, by))
