"""The kinds of screens that there are, and what an action is that belongs to some of them."""

from typing import NamedTuple

from crm_tui.locale import N_

MOVE, GO, WORK, VIEW, PROGRAM = N_("Move"), N_("Go to"), N_("Work"), N_("List and record"), N_("Program")
GROUPS = (WORK, MOVE, GO, VIEW, PROGRAM)

ALL = ("all",)
LISTS = (
    *("today", "customers", "customer", "history", "import", "preview", "welcome", "duplicates"),
    *("suspects", "help", "palette", "pick", "tags", "obstacles", "drafts", "upkeep", "people"),
    *("policy", "audit"),
)
MOVES = (
    *(*LISTS, "conflict", "display", "columns", "sorts", "filter", "views", "bulk", "merge", "members"),
    "impact",
)
ROOMS = ("today", "customers", "customer", "history", "duplicates", "people", "policy", "audit")
RECORDS = ("today", "customers", "customer")
MARKED = ("today", "customers")
FORM = ("form",)
IMPORT = ("import", "preview")
TWINS = ("merge", "duplicates")
SCREEN_TITLES = {
    "today": N_("Today"),
    "customers": N_("Customers"),
    "customer": N_("Customer"),
    "history": N_("History"),
    "import": N_("Import"),
    "preview": N_("Import preview"),
    "welcome": N_("Welcome"),
    "help": N_("Help"),
    "find": N_("Find"),
    "palette": N_("Commands"),
    "form": N_("Form"),
    "drafts": N_("Drafts"),
    "conflict": N_("Changed by two"),
    "upkeep": N_("Upkeep"),
    "display": N_("Display"),
    "columns": N_("Columns"),
    "sorts": N_("Sort"),
    "filter": N_("Filter"),
    "views": N_("Views"),
    "jump": N_("Jump"),
    "pick": N_("Choice"),
    "tags": N_("Tags"),
    "snooze": N_("Put the plan off"),
    "obstacles": N_("In the way of undoing"),
    "undo_preview": N_("Take this back?"),
    "bulk": N_("Change these?"),
    "merge": N_("Merge customers"),
    "duplicates": N_("Duplicates"),
    "suspects": N_("Suspected duplicates"),
    "members": N_("Put side by side"),
    "people": N_("People"),
    "policy": N_("Permissions"),
    "audit": N_("Audit"),
    "impact": N_("Who is affected"),
    "job": N_("Please wait"),
}


ROWS = (*MOVES, "find")
FILES = ("today", "customers", "customer")  # where any customer can be looked for
PANELS = tuple(kind for kind in SCREEN_TITLES if kind != "find")


class Action(NamedTuple):
    """One thing a user can do.

    ``id`` names the method ``do_<id>``; ``keys`` are Textual's names, the first is shown, the rest are
    function-key and full-width twins; ``screens`` are the kinds of screen it belongs to, or ``all``;
    ``footer`` is its place in the key bar (1 first, 0 never); ``words`` are what else people call it
    (translated by other words of their language, and found in pinyin, too); ``danger`` marks what takes
    something away; ``writes`` what needs a database that may be written; ``verb`` is the verb of the policy
    that it needs ('' when everybody may do it).
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    group: str
    screens: tuple[str, ...] = ALL
    footer: int = 0
    words: str = ""
    danger: bool = False
    writes: bool = False
    verb: str = ""

    def belongs_to(self, kind: str) -> bool:
        """Tell whether the action can be met on that kind of screen."""
        return kind in self.screens or self.screens == ALL
