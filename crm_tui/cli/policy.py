"""What roles may do: the commands of ``policy``."""

from __future__ import annotations

import click

from crm_tui.access import explaining, impact, policies, store_house
from crm_tui.access.auditing import permission_label, scope_label
from crm_tui.access.defaults import presets
from crm_tui.access.policies import permission_named, role_named, scope_named
from crm_tui.access.verbs import GROUPED, GROUPS, HOUSE_VERBS, NONE, OWN, ROWS, VERBS
from crm_tui.cli.affected import colleague, done, looking
from crm_tui.cli.asked import referred
from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import LazyGroup, argument, command, option
from crm_tui.cli.output import Column
from crm_tui.cli.registry import COMMANDS, Entry
from crm_tui.cli.state import State
from crm_tui.locale import N_, _

ENTRIES = {
    "list": Entry(__name__, "listing", N_("List what each role may do, or one of them.")),
    "set": Entry(__name__, "set_scope", N_("Say how far a role may do something.")),
    "preset": Entry(
        __name__, "preset", N_("Put one of the policies to begin with in force: general, files.")
    ),
    "explain": Entry(__name__, "explain", N_("Tell what a colleague may see of a customer, and why.")),
    "roles": Entry(__name__, "roles", N_("List the roles; add, rename or remove one.")),
}


@command(ENTRIES["list"], argument("role_text", "[ROLE]", required=False))
def listing(state: State, role_text: str | None) -> None:
    """List what roles may do."""
    with state.session() as session:
        roles = store_house.roles(session.reader)
        shown = [role_named(roles, role_text)] if role_text else roles
        granted = {
            (one.role, one.verb, one.field_group): one.scope
            for one in store_house.permissions(session.reader)
        }
    lines = [(verb, group) for verb in VERBS for group in (ROWS, *(GROUPS if verb in GROUPED else ()))]
    if state.out.as_json:
        for role in shown:
            for verb, group in lines:
                scope = granted.get((role.key, verb, group), OWN if group else NONE)
                state.out.json({"role": role.key, "verb": verb, "group": group, "scope": scope})
        return

    def scope_of(role: str, verb: str, group: str) -> str:
        scope = granted.get((role, verb, group), NONE)
        if verb in HOUSE_VERBS:
            return _("yes") if scope != NONE else "—"
        if group and granted.get((role, verb, ROWS), NONE) == NONE:
            return "—"
        return _(policies.SHORT[OWN if group and scope == NONE else scope]) if group or scope != NONE else "—"

    rows = [
        (
            ("  " if group else "") + permission_label("" if group else verb, group),
            f"{verb}.{group}" if group else verb,
            *(scope_of(role.key, verb, group) for role in shown),
        )
        for verb, group in lines
    ]
    columns = [Column(_("Permission"), True), Column(_("To be typed"))]
    state.out.table([*columns, *(Column(policies.title(role)) for role in shown)], [("", rows)])


@command(
    ENTRIES["set"],
    argument("role_text", "ROLE"),
    argument("permission", "PERMISSION"),
    argument("scope", "SCOPE"),
    looking(),
    more=N_(
        "PERMISSION is a word of crm-tui policy list: read, edit, export, read.contact, edit.budget. SCOPE is"
        " none, own, team or all."
    ),
)
def set_scope(state: State, role_text: str, permission: str, scope: str, dry_run: bool) -> None:
    """Change a permission."""
    with state.session(write=True) as session:
        role = role_named(store_house.roles(session.reader), role_text)
        verb, group = permission_named(permission)
        wanted = scope_named(scope)
        if done(state, session, dry_run, policies.set_permission, role.key, verb, group, wanted):
            said = _("{role}: {permission}: {scope}.")
            label = permission_label(verb, group)
            reach = scope_label(wanted, verb)
            say(said.format(role=policies.title(role), permission=label, scope=reach))


@command(ENTRIES["preset"], argument("name", "NAME"), looking())
def preset(state: State, name: str, dry_run: bool) -> None:
    """Put a policy in force."""
    with state.session(write=True) as session:
        key = next(
            (one.key for one in presets().values() if name in (one.key, one.label, one.label_en)), name
        )
        if done(state, session, dry_run, policies.apply_preset, key):
            one = presets()[key]
            say(
                _("In force: {name}. Roles added since stay as they are.").format(name=f"{one.label} ({key})")
            )


@command(ENTRIES["explain"], argument("login", "LOGIN"), argument("reference", "CUSTOMER"))
def explain(state: State, login: str, reference: str) -> None:
    """Tell what a person may see of a customer."""
    with state.session() as session:
        person = colleague(session, login)
        if person.id != session.person.id:
            session.policy.demand("people")
        customer_id = referred(session.reader, reference)
        found = explaining.explain(session.database.connection, person.id, customer_id, session.today())
    if state.out.as_json:
        for one in found.answers:
            state.out.json({"person": found.person, "customer": found.customer, **one._asdict()})
        return
    state.out.line(
        _("{person} ({role}) · {customer}, of {owner}").format(
            person=found.person, role=found.role, customer=found.customer, owner=found.owner
        )
    )
    rows = [(one.title, _("yes") if one.allowed else _("no"), one.reason) for one in found.answers]
    columns = [Column(_("Permission")), Column(_("Allowed")), Column(_("Why"), True)]
    state.out.table(columns, [("", rows)])


@command(
    ENTRIES["roles"],
    option("--add", "label", metavar="NAME", help=N_("Add a role of this name; with --like.")),
    option("--like", metavar="ROLE", help=N_("The role that the new one is a copy of.")),
    option("--rename", metavar="ROLE", help=N_("The role to rename; with --to.")),
    option("--to", "new_label", metavar="NAME", help=N_("Its new name.")),
    option("--remove", metavar="ROLE", help=N_("The role to remove; who carries it may do nothing then.")),
    looking(),
)
def roles(
    state: State, label: str | None, like: str | None, rename: str | None, new_label: str | None,
    remove: str | None, dry_run: bool,
) -> None:  # fmt: skip
    """List or change the roles."""
    asked = [one for one in (label, rename, remove) if one]
    if len(asked) > 1 or bool(label) != bool(like) or bool(rename) != bool(new_label):
        raise click.UsageError(
            _("one thing at a time: --add NAME --like ROLE, --rename ROLE --to NAME, or --remove ROLE."),
            click.get_current_context(),
        )
    with state.session(write=bool(asked)) as session:
        known = store_house.roles(session.reader)
        if label and like:
            if done(state, session, dry_run, policies.add_role, label, role_named(known, like).key):
                say(_("Role added: {name}.").format(name=label))
            return
        if rename and new_label:
            if done(state, session, dry_run, policies.edit_role, role_named(known, rename).key, new_label):
                say(_("Saved: {name}.").format(name=new_label))
            return
        if remove:
            role = role_named(known, remove)
            carried = sum(one.role == role.key for one in store_house.people(session.reader))
            if done(state, session, dry_run, policies.remove_role, role.key):
                say(_("Role removed: {name}.").format(name=policies.title(role)))
            if carried:
                say(impact.left_without(carried))
            return
        people = store_house.people(session.reader)
    counts = {role.key: sum(one.role == role.key and one.active == 1 for one in people) for role in known}
    if state.out.as_json:
        for role in known:
            state.out.json({**role._asdict(), "people": counts[role.key]})
        return
    rows = [(policies.title(role), role.key, str(counts[role.key])) for role in known]
    state.out.table(
        [Column(_("Role"), True), Column(_("To be typed")), Column(_("People"), right=True)], [("", rows)]
    )


policy = LazyGroup("policy", COMMANDS["policy"].help, ENTRIES, no_args_is_help=True)
