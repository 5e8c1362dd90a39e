"""The database's safety: ``backup`` and ``restore``."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from crm_tui import clock, config
from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import argument, command, option
from crm_tui.cli.output import Column
from crm_tui.cli.progress import Bar
from crm_tui.cli.registry import COMMANDS
from crm_tui.cli.state import State
from crm_tui.errors import BadInput, UsageFault
from crm_tui.locale import N_, _, ngettext
from crm_tui.session import demand_of_file, system_login
from crm_tui.storage import backup as backups
from crm_tui.storage import drill as drills
from crm_tui.storage import pruning, restoring
from crm_tui.storage.backup import Backup
from crm_tui.storage.connection import real_path
from crm_tui.storage.entrance import enter
from crm_tui.storage.presence import who_is_in
from crm_tui.text.sizes import size_text

NAMED = 5
UPKEEP = "upkeep"


@command(
    COMMANDS["backup"],
    argument("folder", "[FOLDER]", required=False),
    option("--list", "listed", is_flag=True, help=N_("List the backups there are and make none.")),
    option(
        "--prune/--no-prune", default=True,
        help=N_("Whether old ones go: kept are 7 days, 5 weeks and 24 months (the default is yes)."),
    ),
    option(
        "--timer", is_flag=True, help=N_("For cron: only when something has changed since the last one.")
    ),
    more=N_("Without FOLDER it goes beside the database, or where backup_dir of settings.toml says."),
)  # fmt: skip
def backup(state: State, folder: str | None, listed: bool, prune: bool, timer: bool) -> None:
    """Make a verified backup while people work, or list them."""
    place = config.full_path(folder) if folder else backups.default_folder(state.path)
    if listed:
        _list(state, place)
        return
    if not timer:
        demand_of_file(state.path, UPKEEP)
    made: Backup | None = None
    presence = enter(state.path)
    try:
        with Bar(_("Backing up"), stoppable=True) as bar:
            if timer:
                if folder:
                    raise UsageFault(
                        _("--timer backs up to the usual folder; set backup_dir in settings.toml instead.")
                    )
                made = backups.ensure_backup(
                    state.path, "timer", system_login(), bar.report, bar.cancelled, prune=False
                )
            else:
                chosen = place if folder else None
                made = backups.make_backup(
                    state.path, chosen, "manual", system_login(), bar.report, bar.cancelled,
                    noted=not state.read_only,
                )  # fmt: skip
    finally:
        presence.close()
    if made is None:
        say(_("Nothing has changed since the last backup."))
    removed = _prune(place) if prune else []
    if state.out.as_json:
        found = _object(made) if made else {"file": None}
        state.out.json({**found, "removed": [str(one) for one in removed]})
    elif made is not None:
        text = _("Backed up and verified: {path} ({size})")
        state.out.line(text.format(path=made.path, size=size_text(made.manifest.size)))


def _prune(folder: Path) -> list[Path]:
    now = clock.now()
    old = pruning.outdated(folder, now)
    if old:
        text = ngettext("{n} old backup goes:", "{n} old backups go:", len(old))
        say(text.format(n=len(old)))
        for path in old:
            say("  " + path.name)
    return pruning.prune(folder, now) if old else []


def _list(state: State, folder: Path) -> None:
    found = backups.backups(folder)
    if state.out.as_json:
        for one in found:
            state.out.json(_object(one))
        return
    if odd := backups.unlisted(folder):
        text = ngettext("{n} file is no backup that can be read: {names}",
                        "{n} files are no backups that can be read: {names}", len(odd))  # fmt: skip
        say(text.format(n=len(odd), names=", ".join(one.name for one in odd[:NAMED])))
    if not found:
        say(_("There is no backup in {folder}.").format(folder=folder))
        return
    mine = restoring.origin_of(state.path)
    columns = [
        Column(_("Backup"), True), Column(_("Made")), Column(_("Why")), Column(_("By"), True),
        Column(_("Size"), right=True), Column(_("Customers"), right=True), Column(_("State")),
    ]  # fmt: skip
    state.out.table(columns, [(str(folder), [_row(one, mine) for one in found])])
    say(_("Restore one with: crm-tui restore NAME"))


def _row(one: Backup, mine: str | None) -> tuple[str, ...]:
    manifest = one.manifest
    whole = pruning.has_its_size(one)
    foreign = _("of {database}").format(database=manifest.database)
    return (
        one.path.name, _made(one), one.why, manifest.by,
        size_text(manifest.size), f"{manifest.facts.tables.get('customer', 0):,}",
        _("damaged") if not whole else foreign if mine not in (None, manifest.facts.origin) else "",
    )  # fmt: skip


def _made(one: Backup) -> str:
    return f"{clock.local(one.manifest.made_at, one.manifest.facts.zone):%Y-%m-%d %H:%M}"


def _object(one: Backup) -> dict[str, object]:
    manifest = one.manifest
    return {
        "file": str(one.path), "made_at": manifest.made_at, "kind": manifest.kind, "by": manifest.by,
        "size": manifest.size, "sha256": manifest.sha256, "head_set": manifest.facts.head_set,
        "schema_version": manifest.facts.schema_version, "tables": manifest.facts.tables,
    }  # fmt: skip


@command(
    COMMANDS["restore"],
    argument("name", "[BACKUP]", required=False),
    option("--yes", is_flag=True, help=N_("Do it; without this it only says what would be done.")),
    option("--drill", is_flag=True, help=N_("Restore it aside, compare every table, and keep nothing.")),
    option("--other", is_flag=True, help=N_("Take a backup of another database all the same.")),
    more=N_(
        "BACKUP is a name from the list or a path; without it the backups are listed (--drill takes the"
        " newest). Nobody may have the database open; the former file is kept beside it."
    ),
)
def restore(state: State, name: str | None, yes: bool, drill: bool, other: bool) -> None:
    """Put a backup in the place of the database, try one aside, or list them."""
    folder = backups.default_folder(state.path)
    if drill or name is not None:
        demand_of_file(state.path, UPKEEP)
    if drill:
        _drill(
            state,
            _found(state.path, folder, name)
            if name
            else drills.newest(folder, restoring.origin_of(state.path)).path,
        )
        return
    if name is None:
        _list(state, folder)
        return
    chosen = _found(state.path, folder, name)
    if not yes:
        _explain(state.path, chosen, other)
        raise BadInput(
            _("Nothing was restored yet."), _("Nothing was changed."), _("If you mean it, add --yes.")
        )
    if state.read_only:
        raise state.refusal(_("You asked for reading only."))
    with Bar(_("Restoring"), stoppable=True) as bar:
        done = restoring.restore(state.path, chosen, system_login(), bar.report, bar.cancelled, other=other)
    if state.out.as_json:
        state.out.json({"database": str(state.path), "restored": str(chosen), "kept": str(done.old or "")})
    else:
        text = _("Restored from {name}: {n} customers.")
        state.out.line(text.format(name=chosen.name, n=f"{done.facts.tables.get('customer', 0):,}"))
    if done.old is not None:
        say(_("What stood there before is kept as {path}").format(path=done.old))
        say(_("It comes back with: crm-tui restore {name} --yes").format(name=done.old.name))


def _found(database: Path, folder: Path, name: str) -> Path:
    """Return the file that a name means: a path, a backup of the list, or what an earlier restore kept."""
    places = (config.full_path(name), folder / name, folder / f"{name}.db", real_path(database).parent / name)
    with suppress(OSError, ValueError):  # no name of a file at all
        for path in places:
            if path.is_file():
                return path
    raise BadInput(
        _("There is no backup {path}.").format(path=name), "", _("See the list: crm-tui backup --list")
    )


def _explain(database: Path, chosen: Path, other: bool) -> None:
    found = restoring.compare(database, chosen, other=other)
    if found.manifest is not None:
        say(
            _("{name}: made {when} by {who}, {n} customers, as it was made.").format(
                name=chosen.name, when=_made(Backup(chosen, found.manifest)), who=found.manifest.by,
                n=f"{found.facts.tables.get('customer', 0):,}",
            )
        )  # fmt: skip
    if not found.same_origin:
        say(_("It is a backup of another database: --other takes it all the same."))
    if found.newer_sets:
        text = ngettext(
            "{n} change saved since then would be missing from the database.",
            "{n} changes saved since then would be missing from the database.",
            found.newer_sets,
        )
        say(text.format(n=f"{found.newer_sets:,}"))
    if seats := who_is_in(database):
        said = _("In the database now: {people}. They must leave the program first.")
        say(said.format(people=restoring.people(seats)))
    if found.live:
        say(_("The present file would be kept beside it."))


def _drill(state: State, chosen: Path) -> None:
    with Bar(_("Restoring aside"), stoppable=True) as bar:
        database = state.path if state.path.exists() else None
        noted = not state.read_only
        done = drills.drill(chosen, system_login(), database, bar.report, bar.cancelled, noted=noted)
    if state.out.as_json:
        state.out.json({**done._asdict(), "backup": str(done.backup)})
        return
    text = _("{name} comes back whole: {tables} tables, {rows} rows, {size} restored in {seconds} s.")
    state.out.line(
        text.format(
            name=chosen.name, tables=done.tables, rows=f"{done.rows:,}", size=size_text(done.size),
            seconds=f"{done.seconds:.1f}",
        )
    )  # fmt: skip
