"""The keys of the terminal interface on the command line: ``keys``."""

from __future__ import annotations

from crm_tui import config
from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import command
from crm_tui.cli.output import Column
from crm_tui.cli.registry import COMMANDS
from crm_tui.cli.state import State
from crm_tui.locale import N_, _

REFUSED = 1


@command(
    COMMANDS["keys"],
    more=N_("Your own keys are marked with *. Lines of [keys] that do not count are named, with status 1."),
)
def keys(state: State) -> None:
    """Print the keys in force on every screen, and what is wrong in the user's settings."""
    found = state.keys(config.load_settings().get("keys"))
    if state.out.as_json:
        for line in found.lines:
            state.out.json(line._asdict())
        for problem in found.problems:
            state.out.json({"problem": problem})
        for key, why in found.forbidden:
            state.out.json({"forbidden": key, "why": why})
    else:
        screens = dict.fromkeys(line.screen for line in found.lines)
        sections = [
            (
                screen,
                [
                    ("*" if line.own else "", "  ".join(line.keys), line.label, line.action, line.help)
                    for line in found.lines
                    if line.screen == screen
                ],
            )
            for screen in screens
        ]
        sections.append((_("No action can have"), [("", key, "", "", why) for key, why in found.forbidden]))
        head = (_("Key"), _("Name"), _("In settings.toml"))
        state.out.table(
            [Column(""), *(Column(title) for title in head), Column(_("What it does"), True)], sections
        )
    for problem in found.problems:
        say(problem)
    if found.problems:
        state.status = REFUSED
