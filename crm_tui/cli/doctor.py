"""``doctor``: whether the file and what is under it are well."""

from __future__ import annotations

from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import command
from crm_tui.cli.progress import Bar
from crm_tui.cli.registry import COMMANDS
from crm_tui.cli.state import State
from crm_tui.locale import N_, _
from crm_tui.text.cells import fit, width


@command(
    COMMANDS["doctor"],
    more=N_(
        "Mends what can safely be mended: edits by other programs, large changes left behind, derived rows. "
        "With --read-only it only looks. The exit code is 1 when something stays broken."
    ),
)
def doctor(state: State) -> None:
    """Examine the database and mend what can safely be mended."""
    from crm_tui.upkeep.doctor import examine
    from crm_tui.upkeep.findings import BAD, GOOD, LABELS

    marks = {key: _(label) for key, label in LABELS.items()}
    cells = max(map(width, marks.values()))
    counts = dict.fromkeys(LABELS, 0)
    with Bar(_("Comparing derived rows"), stoppable=True) as bar:
        for found in examine(state.path, mend=not state.read_only, progress=bar.report, stop=bar.cancelled):
            bar.close()
            counts[found.state] += 1
            if state.out.as_json:
                state.out.json(found._asdict())
                continue
            state.out.line(f"{fit(marks[found.state], cells)}  {found.title}: {found.said}")
            if found.todo:
                state.out.line(" " * (cells + 2) + found.todo)
    if counts[BAD]:
        state.status = 1
        say(_("Something is broken; see the lines marked {mark}.").format(mark=marks[BAD]))
    elif counts[GOOD] == sum(counts.values()):
        say(_("All is well."))
    else:
        say(_("Nothing is broken."))
