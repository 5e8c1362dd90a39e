"""Making databases: ``init`` and ``demo``."""

from __future__ import annotations

from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import command, option
from crm_tui.cli.registry import COMMANDS
from crm_tui.cli.state import State
from crm_tui.locale import N_, _


@command(
    COMMANDS["init"],
    option(
        "--preset", default="general", metavar="NAME", help=N_("The way of working; 通用 (general) for now.")
    ),
    option("--name", default="", metavar="NAME", help=N_("Your name, as colleagues read it.")),
    more=N_("Whoever makes a database is its administrator; others join by crm-tui user add."),
)
def init(state: State, preset: str, name: str) -> None:
    """Make a new database; the one who makes it is its administrator."""
    from crm_tui.session import create_database

    create_database(state.path, preset=preset, name=name)
    if state.out.as_json:
        state.out.json({"database": str(state.path)})
    say(_("Made {path}.").format(path=state.path))
    say(_("Bring in your customers with: crm-tui import FILE"))
