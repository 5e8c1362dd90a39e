"""Making databases: ``init`` and ``demo``."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import command, option
from crm_tui.cli.progress import Bar
from crm_tui.cli.registry import COMMANDS
from crm_tui.cli.state import State
from crm_tui.errors import BadInput
from crm_tui.locale import N_, _

MOST_CUSTOMERS = 2_000_000


@command(
    COMMANDS["init"],
    option("--preset", default="general", metavar="NAME", help=N_("The way of working; general for now.")),
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


@command(
    COMMANDS["demo"],
    option("--make", "make", metavar="PATH", help=N_("Only make the database at PATH and keep it.")),
    option(
        "--customers", type=int, default=300, metavar="N", help=N_("How many customers to make up (300).")
    ),
    more=N_("Without --make the database is thrown away when you leave it."),
)
def demo(state: State, make: str | None, customers: int) -> None:
    """Make a database of made-up customers; open it and throw it away, or keep it."""
    if not 1 <= customers <= MOST_CUSTOMERS:
        raise BadInput(
            _("--customers is a number from 1 to {most}.").format(most=f"{MOST_CUSTOMERS:,}"),
            _("Nothing was made."),
        )
    if make is not None:
        path = Path(make).expanduser()
        _make(path, customers)
        if state.out.as_json:
            state.out.json({"database": str(path)})
        say(_("Made {path}. Open it with: crm-tui --db {path}").format(path=path))
        return
    folder = Path(tempfile.mkdtemp(prefix="crm-tui-demo-"))
    try:
        path = folder / "demo.db"
        _make(path, customers)
        state.status = state.screens(path, state.read_only, state.mouse)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(path: Path, customers: int) -> None:
    from crm_tui.demo.make import make_demo

    with Bar(_("Making up customers")) as bar:
        make_demo(path, customers, progress=bar.report)
