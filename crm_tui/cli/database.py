"""Making databases: ``init`` and ``demo``; and bringing an older one to this version: ``migrate``."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from crm_tui import config
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

    if state.read_only:
        raise state.refusal(_("You asked for reading only."))
    create_database(state.path, preset=preset, name=name)
    if state.out.as_json:
        state.out.json({"database": str(state.path)})
    say(_("Made {path}.").format(path=state.path))
    say(_("Bring in your customers with: crm-tui import FILE"))
    say(_("Roles are a convenience, not protection: whoever can read the file can read everything."))


@command(
    COMMANDS["migrate"],
    more=N_(
        "Needs the database alone. A verified backup is made before, where crm-tui backup puts them; "
        "when anything goes wrong the file stays as it was."
    ),
)
def migrate(state: State) -> None:
    """Bring a database of an older version of the program to this one."""
    from crm_tui.session import system_login
    from crm_tui.storage.migrations import migrate as bring_up
    from crm_tui.storage.schema import VERSION

    if state.read_only:
        raise state.refusal(_("You asked for reading only."))
    with Bar(_("Bringing the database to this version"), stoppable=True) as bar:
        done = bring_up(state.path, None, system_login(), progress=bar.report, cancelled=bar.cancelled)
    if done.to_version > VERSION:
        raise state.refusal(
            _("The file was written by a newer version of the program; update the program to change it.")
        )
    if state.out.as_json:
        backup = str(done.backup) if done.backup else None
        state.out.json({"from": done.from_version, "to": done.to_version, "backup": backup})
    if done.backup is None:
        say(
            _("There was nothing to do: the database is of version {version}.").format(
                version=done.to_version
            )
        )
        return
    say(
        _("The database went from version {old} to {new}. It was backed up before: {path}").format(
            old=done.from_version, new=done.to_version, path=done.backup
        )
    )


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
        path = config.full_path(make)
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


@contextmanager
def _ended_like_ctrl_c() -> Generator[None]:
    """Let a dropped line or a kill end the work as Ctrl-C does, so that nothing half made is left."""

    def stop(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    # Under nohup a dropped line is to be ignored.
    taken = [one for one in (signal.SIGHUP, signal.SIGTERM) if signal.getsignal(one) == signal.SIG_DFL]
    try:
        for one in taken:
            signal.signal(one, stop)
        yield
    finally:
        for one in taken:
            signal.signal(one, signal.SIG_DFL)


def _make(path: Path, customers: int) -> None:
    from crm_tui.demo.make import make_demo

    with Bar(_("Making up customers")) as bar, _ended_like_ctrl_c():

        def indexing(done: int, total: int) -> None:
            if not done:
                bar.start(_("Building the indexes"))
            bar.report(done, total)

        make_demo(path, customers, progress=bar.report, indexing=indexing)
