"""Who is affected by a change of people, teams or roles: said before it is made, or instead of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crm_tui.access import impact
from crm_tui.access import store as people_store
from crm_tui.access.store import Person
from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import option
from crm_tui.cli.output import Column
from crm_tui.cli.state import State
from crm_tui.errors import BadInput, Refused
from crm_tui.locale import N_, _
from crm_tui.storage.database import WriteResult
from crm_tui.text.fold import fold

if TYPE_CHECKING:
    import click

    from crm_tui.session import Session


def looking() -> click.Parameter:
    """Return a fresh option that only looks."""
    return option("--dry-run", is_flag=True, help=N_("Say who would be affected and write nothing."))


def done(
    state: State, session: Session, dry_run: bool, fn: Callable[..., Any], *args: Any, **kwargs: Any
) -> WriteResult | None:
    """Say who is affected by a service function, then run it; None when it was only looked at.

    Raises what the function raises.
    """
    session.demand(getattr(fn, "action", ""))
    try:
        found = impact.would_do(session.database, session.person.id, session.today(), fn, *args, **kwargs)
    except Refused:
        if not dry_run:
            # Refused again, and noted this time.
            session.write(fn, *args, **kwargs)
        raise
    if dry_run:
        show(state, found)
        say(_("Nothing was changed; leave out --dry-run to do it."))
        return None
    for text in impact.told(found) if found.people else ():
        say(text)
    result = session.write(fn, *args, **kwargs)
    if state.out.as_json:
        state.out.json({"set": result.set_id, **impact.as_data(found)})
    return result


def show(state: State, found: impact.Impact) -> None:
    """Print who is affected, and how."""
    if state.out.as_json:
        state.out.json({"dry_run": True, **impact.as_data(found)})
        return
    for text in impact.told(found):
        state.out.line(text)
    if found.people:
        rows = [(one.name, impact.told_of(one)) for one in found.people]
        state.out.table([Column(_("Colleague")), Column(_("What changes"), True)], [("", rows)])


def colleague(session: Session, text: str) -> Person:
    """Return the colleague whom a login, name or alias means; raises BadInput for nobody."""
    found = people_store.by_login(session.reader, text)
    if found is None:
        found = people_store.by_id(session.reader, people_store.name_keys(session.reader).get(fold(text), 0))
    if found is None:
        raise BadInput(
            _("There is no colleague {name}.").format(name=text), "", _("See the list: crm-tui user list")
        )
    return found
