"""What roles may do in a file that was made before there were policies: the rows of step 7, as released."""

from __future__ import annotations

# Without a label of its own a role is called as the program calls it.
ROLES = (
    ("sales_rep", "Sales representative", 0),
    ("sales_manager", "Sales manager", 1),
    ("service", "Service agent", 2),
    ("administrator", "System administrator", 3),
    ("entry", "Data entry clerk", 4),
)
# Each: role, then verb or verb.group and its scope.
GRANTS = (
    "sales_rep read=own read.contact=own read.budget=own read.decision=own read.amount=own "
    "read.personal=own read.attachment=own edit=own edit.contact=own edit.budget=own "
    "edit.decision=own edit.amount=own edit.personal=own edit.attachment=own log=own create=own "
    "assign=own archive=own merge=own import=own export=own",
    "sales_manager read=team read.contact=team read.budget=team read.decision=team read.amount=team "
    "read.personal=team read.attachment=team edit=team edit.contact=team edit.budget=team "
    "edit.decision=team edit.amount=team edit.personal=team edit.attachment=team log=team "
    "create=team assign=team archive=team merge=team import=team export=team undo=team share=all "
    "audit=all",
    "service read=all read.contact=all read.budget=own read.decision=own read.amount=own "
    "read.personal=own read.attachment=own edit=own edit.contact=all edit.budget=own "
    "edit.decision=own edit.amount=own edit.personal=own edit.attachment=own log=all create=own "
    "unmask=all",
    "administrator read=all read.contact=all read.budget=all read.decision=all read.amount=all "
    "read.personal=all read.attachment=all edit=all edit.contact=all edit.budget=all "
    "edit.decision=all edit.amount=all edit.personal=all edit.attachment=all log=all create=all "
    "assign=all archive=all merge=all import=all export=all unmask=all undo=all share=all words=all "
    "people=all policy=all audit=all upkeep=all",
    "entry read=all read.contact=all read.budget=own read.decision=own read.amount=own "
    "read.personal=own read.attachment=own edit=all edit.contact=all edit.budget=own "
    "edit.decision=own edit.amount=own edit.personal=own edit.attachment=own log=own create=all "
    "import=all",
)


def statements() -> tuple[str, ...]:
    """Return the statements that write them; all values are constants of this file."""
    roles = ", ".join(f"('{key}', '', '{english}', {place:d})" for key, english, place in ROLES)
    rows = []
    for line in GRANTS:
        role, *granted = line.split()
        for one in granted:
            name, scope = one.split("=")
            verb, _dot, group = name.partition(".")
            rows.append(f"('{role}', '{verb}', '{group}', '{scope}')")
    return (
        "INSERT INTO role (key, label, label_en, position) VALUES " + roles,
        "INSERT INTO permission (role, verb, field_group, scope) VALUES " + ", ".join(rows),
    )
