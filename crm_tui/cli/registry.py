"""The commands by name: where each lives and what it does, known without importing any of them."""

from __future__ import annotations

from typing import NamedTuple

from crm_tui.locale import N_


class Entry(NamedTuple):
    """A command: the module and the name in it, and one sentence of help (English message)."""

    module: str
    attribute: str
    help: str
    hidden: bool = False


COMMANDS: dict[str, Entry] = {
    "init": Entry("crm_tui.cli.database", "init", N_("Make a new database.")),
    "demo": Entry("crm_tui.cli.database", "demo", N_("Try the program on made-up customers.")),
    "migrate": Entry(
        "crm_tui.cli.database", "migrate", N_("Bring a database of an older version to this one.")
    ),
    "template": Entry("crm_tui.cli.sheets", "template", N_("Write the blank sheet for importing.")),
    "import": Entry(
        "crm_tui.cli.sheets",
        "import_sheet",
        N_("Bring in customers from a sheet (xlsx, xls, xlsb, ods, csv)."),
    ),
    "export": Entry("crm_tui.cli.sheets", "export", N_("Write a list to a file (xlsx, csv, json).")),
    "due": Entry("crm_tui.cli.due", "due", N_("Show whom to contact now, and why.")),
    "list": Entry(
        "crm_tui.cli.listing", "list_customers", N_("List customers by any filter, order or saved view.")
    ),
    "find": Entry(
        "crm_tui.cli.find",
        "find",
        N_("Find customers by name, pinyin, number, phone or mail, the best first."),
    ),
    "show": Entry("crm_tui.cli.show", "show", N_("Show a customer file.")),
    "log": Entry("crm_tui.cli.log", "log", N_("Write down what happened and plan what comes next.")),
    "change": Entry("crm_tui.cli.change", "change", N_("Change many customers at once, with one undo.")),
    "dupes": Entry("crm_tui.cli.dupes", "dupes", N_("Find duplicates, merge them, or tell them apart.")),
    "history": Entry(
        "crm_tui.cli.history", "history", N_("Show who changed what, or the latest changes of all.")
    ),
    "undo": Entry("crm_tui.cli.undo", "undo", N_("Take back your own last change, or any by its number.")),
    "redo": Entry("crm_tui.cli.undo", "redo", N_("Bring back what your last undo took."), True),
    "user": Entry("crm_tui.cli.people", "user", N_("Who may use the database: roles, teams, leave.")),
    "team": Entry("crm_tui.cli.teams", "team", N_("The teams, in a tree.")),
    "policy": Entry("crm_tui.cli.policy", "policy", N_("What each role may see and do, and why.")),
    "audit": Entry(
        "crm_tui.cli.audit", "audit", N_("Who was shown hidden fields, took files out, or changed rights.")
    ),
    "backup": Entry("crm_tui.cli.upkeep", "backup", N_("Back the database up while people work.")),
    "restore": Entry("crm_tui.cli.upkeep", "restore", N_("Bring a backup back, or try whether it would.")),
    "keys": Entry(
        "crm_tui.cli.keys", "keys", N_("Show every key of the screens, and what is wrong in yours.")
    ),
    "doctor": Entry(
        "crm_tui.cli.doctor", "doctor", N_("Examine the database and mend what can safely be mended.")
    ),
}  # fmt: skip
