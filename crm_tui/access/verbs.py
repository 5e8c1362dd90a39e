"""The words of a policy: verbs, scopes, groups of fields, and which verb each action is.

``read`` and ``edit`` are granted for rows and, apart from that, for each group of sensitive fields (S0-25,
S1-25, S4-12). Rows of ``permission`` grant them by role; what no row grants is not granted.
"""

from __future__ import annotations

from crm_tui.locale import N_

NONE, OWN, TEAM, ALL = "none", "own", "team", "all"
SCOPES: dict[str, str] = {
    NONE: N_("not at all"),
    OWN: N_("own customers"),
    TEAM: N_("customers of the team"),
    ALL: N_("all customers"),
}
WIDTH = {scope: place for place, scope in enumerate(SCOPES)}
"""How far a scope reaches; a wider one holds all that a narrower one holds."""

READ, EDIT = "read", "edit"
ROWS = ""  # the group of what is not sensitive: the row itself
# Verbs about customers, each granted as far as a scope reaches.
RECORD_VERBS: dict[str, str] = {
    READ: N_("See customers"),
    EDIT: N_("Edit customers"),
    "log": N_("Log follow-ups and plan"),
    "create": N_("Add customers"),
    "assign": N_("Hand over customers"),
    "archive": N_("Archive customers"),
    "merge": N_("Merge customers"),
    "import": N_("Import"),
    "export": N_("Export"),
    "unmask": N_("Show hidden fields, with a reason"),
    "undo": N_("Take back what others changed"),
}
# Verbs about the house, granted or not.
HOUSE_VERBS: dict[str, str] = {
    "share": N_("Views and tags of the whole team"),
    "words": N_("Words and settings"),
    "people": N_("People and teams"),
    "policy": N_("Roles and what they may do"),
    "audit": N_("Read the audit"),
    "upkeep": N_("Backup, restore, mending"),
}
VERBS = {**RECORD_VERBS, **HOUSE_VERBS}
GROUPS: dict[str, str] = {
    "contact": N_("Ways of contact, titles of contacts"),
    "budget": N_("Budgets"),
    "decision": N_("Decision process and roles"),
    "amount": N_("Amounts of projects"),
    "personal": N_("Personal details"),
    "attachment": N_("Attachments"),
}
"""Groups of sensitive fields, as ``customers/fields.py`` names them."""
GROUPED = (READ, EDIT)

# What an action of the log is, by the whole name or by what stands before its dot.
OF_ACTION = {
    "customer.add": "create",
    "customer.archive": "archive",
    "customer.merge": "merge",
    "customer.hand_over": "assign",
    "duplicate": "merge",
    "customer": EDIT,
    "alias": EDIT,
    "contact": EDIT,
    "project": EDIT,
    "collaborator": "assign",
    "plan": "log",
    "activity": "log",
    "import": "import",
    "word": "words",
    "tag": "share",
    "user": "people",
    "team": "people",
    "substitution": "people",
    "role": "policy",
    "permission": "policy",
}


def verb_of(action: str) -> str:
    """Return the verb that an action of the log needs, '' when everybody may do it."""
    if action in VERBS:
        return action
    head = action.partition(".")[0]
    return OF_ACTION.get(action) or OF_ACTION.get(head) or ""


def wider(one: str, other: str) -> str:
    """Return the wider of two scopes."""
    return one if WIDTH[one] >= WIDTH[other] else other


def covers(scope: str, other: str) -> bool:
    """Tell whether a scope holds all that another one holds."""
    return WIDTH[scope] >= WIDTH[other]
