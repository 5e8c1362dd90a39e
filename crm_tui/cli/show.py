"""One customer on the command line: ``show``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from crm_tui import clock
from crm_tui.access.showing import hidden_groups, is_blanked
from crm_tui.access.verbs import GROUPS as GROUPS_OF_FIELDS
from crm_tui.cli.asked import referred
from crm_tui.cli.grammar import argument, command, option
from crm_tui.cli.registry import COMMANDS
from crm_tui.cli.state import State
from crm_tui.customers.checks import check
from crm_tui.customers.convert import Context, parse, show_column
from crm_tui.customers.convert import show as show_field
from crm_tui.customers.fields import FIELDS, GROUPS, Field, fields
from crm_tui.customers.reading import CustomerFile, class_of, customer_file, days_of
from crm_tui.errors import BadInput
from crm_tui.followups.reading import Activity, Plan, activities, plans
from crm_tui.locale import N_, _
from crm_tui.storage.wording import hidden_text

if TYPE_CHECKING:
    from crm_tui.session import Session

LATEST = 5
INNER = ("name_key", "no_sort", "uscc_key", "created_in", "changed_in", "deleted_at")


@command(
    COMMANDS["show"],
    argument("reference", "REF"),
    option(
        "--unmask",
        "groups",
        multiple=True,
        metavar="GROUP",
        help=N_("Show hidden fields: contact, budget, decision, amount, personal or all; with --reason."),
    ),
    option("--reason", default="", metavar="TEXT", help=N_("Why they are needed; noted with your name.")),
    more=N_("REF is a customer number, an exact name, or any words that only one customer has."),
)
def show(state: State, reference: str, groups: tuple[str, ...], reason: str) -> None:
    """Print a customer file."""
    with state.session(write=bool(groups)) as session:
        found = referred(session.reader, reference)
        if groups:
            _unmask(session, found, groups, reason)
        file = customer_file(session.reader, found)
        if file is None:
            return
        latest = activities(session.reader, found, LATEST if not state.out.as_json else 10000)
        planned = plans(session.reader, found, 10000)
        context = session.context()
        record = _made_and_changed(session, found)
        term = _term(session, file.customer)
        hidden = hidden_groups(session.reader, session.policy, found)
        findings = [
            *_not_understood(file, context),
            *(
                (FIELDS[one.field].title, _(one.problem), one.missing)
                for one in check(
                    file.customer,
                    file.contacts,
                    file.projects,
                    _required(session),
                    session.today().isoformat(),
                )
                if FIELDS[one.field].sensitive not in hidden
            ),
        ]
    if state.out.as_json:
        state.out.json(_object(file, latest, planned, findings, context, hidden))
    else:
        _print(state, file, latest, planned, findings, context, record, term, hidden)


def _unmask(session: Session, customer_id: int, names: tuple[str, ...], reason: str) -> None:
    """Show hidden groups of fields in full, each noted with the reason; BadInput for an unknown one."""
    found = hidden_groups(session.reader, session.policy, customer_id)
    wanted = [*GROUPS_OF_FIELDS] if "all" in names else list(dict.fromkeys(names))
    for name in wanted:
        if name not in GROUPS_OF_FIELDS:
            raise BadInput(
                _("There is no group of fields “{name}”.").format(name=name),
                _("Nothing was shown."),
                _("There are: {names}.").format(names=", ".join([*GROUPS_OF_FIELDS, "all"])),
            )
    for name in wanted:
        if name in found:
            session.unmask(customer_id, name, reason)


def _not_understood(file: CustomerFile, context: Context) -> list[tuple[str, str, bool]]:
    """Return what the sheet said where its cell is kept but not understood, such as an unknown owner."""
    found = []
    for key, (text, value) in file.cells.items():
        one = FIELDS.get(key.partition(":")[0])
        if one is None or not text:
            continue
        stranger = (
            one.name == "owner"
            and value == file.customer["owner_id"]
            and "owner_id" not in parse(one, text, context).values
        )
        if value is None or stranger:
            found.append((one.title, _("the sheet says: {text}").format(text=text), False))
    return found


def _required(session: Session) -> tuple[str, ...]:
    from crm_tui.presets.loader import preset

    return preset(session.settings.get("preset") or "general").required


def whole_fields(entity: str) -> list[Field]:
    """Return the fields of an entity without the parts of another one (the city of an address)."""
    every = [one for one in fields() if one.entity == entity and one.columns]
    return [
        one
        for one in every
        if not any(
            set(one.columns) < set(other.columns) and other.type in ("address", "scale", "period")
            for other in every
        )
    ]


def _pairs(
    entity: str, row: Mapping[str, Any], context: Context, hidden: Collection[str], group: str = ""
) -> list[tuple[str, str]]:
    pairs = [
        (one.title, show_field(one, row, context) or _veiled(one, row, hidden))
        for one in whole_fields(entity)
        if (not group or one.group == group) and one.type != "contact_way" and one.name != "is_primary"
    ]
    return [(title, text) for title, text in pairs if text]


def _veiled(one: Field, row: Mapping[str, Any], hidden: Collection[str]) -> str:
    """Return what stands for a hidden field of which no sign is shown, '' for others."""
    personal = one.sensitive == "personal" and row.get("kind") != "person"
    if one.sensitive not in hidden or personal or not is_blanked(one.entity, one.columns):
        return ""
    return hidden_text()


def _print(
    state: State,
    file: CustomerFile,
    latest: list[Activity],
    planned: list[Plan],
    findings: list[tuple[str, str, bool]],
    context: Context,
    record: list[tuple[str, str]],
    term: str,
    hidden: Collection[str],
) -> None:
    out = state.out
    customer = file.customer
    out.line(f"{customer['no']}  {customer['name'] or _first_contact(file)}")
    if file.tags:
        out.record([(_("Tags"), "、".join(file.tags))])
    kept = class_of(customer, context.words)
    for group, title in GROUPS.items():
        pairs = _pairs("customer", customer, context, hidden, group)
        if group == "profile" and kept and not customer["category"]:
            pairs.append((FIELDS["category"].title, kept))
        elif group == "need" and term:
            title = FIELDS["timeline"].title
            pairs = [(name, f"{text}  = {term}" if name == title else text) for name, text in pairs]
        elif group == "record":
            pairs += record
        elif group == "contact":
            for contact in file.contacts:
                shown = _pairs("contact", contact, context, hidden)
                pairs += shown if len(file.contacts) == 1 else [("—", ""), *shown]
        elif group == "cooperation":
            for project in file.projects:
                pairs += _pairs("project", project, context, hidden)
        if pairs:
            out.line()
            out.line(_(title))
            out.record(pairs)
    others = [alias["name"] for alias in file.aliases]
    if others:
        out.line()
        out.record([(_("Other names"), "、".join(others))])
    _print_followups(state, latest, planned, customer["owner_id"], context)
    if findings:
        out.line()
        out.line(_("To be completed or checked"))
        out.record([(title, problem) for title, problem, _missing in findings])


def _made_and_changed(session: Session, customer_id: int) -> list[tuple[str, str]]:
    """Return when and by whom the file was entered and last changed, each with its label (S2-26)."""
    from crm_tui.storage.history import latest_by_field

    latest = latest_by_field(session.reader, "customer", customer_id)
    newest = max(latest.values(), key=lambda one: one.change_id, default=None)
    pairs = []
    for name, one in (("created_at", latest.get("")), ("changed_at", newest)):
        if one is not None and one.at:
            pairs.append((FIELDS[name].title, f"{clock.local(one.at, session.zone):%Y-%m-%d %H:%M}"))
    if newest is not None and newest.actor:
        pairs.append((FIELDS["changed_by"].title, session.names.get(newest.actor, "")))
    return pairs


def _term(session: Session, customer: Mapping[str, Any]) -> str:
    """Return the days that the project's time means, reckoned from the day it was written down (S1-10)."""
    if not customer["timeline"]:
        return ""
    from crm_tui.storage.history import latest_by_field

    latest = latest_by_field(session.reader, "customer", customer["id"])
    one = latest.get("timeline") or latest.get("")
    said_on = clock.local(one.at, session.zone).date() if one is not None and one.at else session.today()
    days = days_of(customer["timeline"], said_on)
    return " ~ ".join(dict.fromkeys(f"{day}" for day in days)) if days else ""


def _first_contact(file: CustomerFile) -> str:
    return next((contact["name"] for contact in file.contacts if contact["name"]), "")


def _print_followups(
    state: State, latest: list[Activity], planned: list[Plan], owner: int, context: Context
) -> None:
    opened = [plan for plan in planned if plan.state in ("todo", "doing")]
    if opened:
        state.out.line()
        state.out.line(_("Plans"))
        state.out.record(
            [
                (when(plan.due_on, plan.due_at, context.zone), _planned(plan, owner, context))
                for plan in opened
            ]
        )
    if latest:
        state.out.line()
        state.out.line(_("Latest follow-ups"))
        state.out.record([(_moment(one, context.zone), _told(one, context)) for one in latest])


def _planned(plan: Plan, owner: int, context: Context) -> str:
    """Return what a plan is for, its rhythm and ways, and whose it is unless the customer's owner's."""
    parts = [goal(plan)]
    if plan.recurrence:
        from crm_tui.text.recurrence import parse_recurrence

        parts.append(parse_recurrence(plan.recurrence).label())
    parts.append(context.words.labels("way", plan.ways))
    if plan.owner_id != owner:
        parts.append(context.names.get(plan.owner_id, ""))
    return " · ".join(part for part in parts if part)


def goal(plan: Plan) -> str:
    """Return what a plan is for, as short as it was said."""
    return plan.goal or plan.text or _("Follow up")


def when(due_on: str | None, due_at: str | None, zone: str) -> str:
    """Return a plan's day and time as people read it."""
    if due_at:
        return f"{clock.local(due_at, zone):%Y-%m-%d %H:%M}"
    return due_on or _("without a day")


def _moment(one: Activity, zone: str) -> str:
    at = clock.local(one.at, zone)
    return f"{at:%Y-%m-%d}" if one.whole_day else f"{at:%Y-%m-%d %H:%M}"


def _told(one: Activity, context: Context) -> str:
    by = context.names.get(one.by_id or 0) or one.by_text or ""
    ways = context.words.labels("way", one.ways)
    late = _("written late") if one.backfilled else ""
    head = " · ".join(part for part in (ways, by, late) if part)
    return "\n".join(part for part in (head, one.content, one.feedback, one.objections) if part)


def _object(
    file: CustomerFile,
    latest: list[Activity],
    planned: list[Plan],
    findings: list[tuple[str, str, bool]],
    context: Context,
    hidden: Collection[str],
) -> dict[str, Any]:
    return {
        **_row("customer", file.customer, context),
        "hidden": sorted(hidden),
        "tags": file.tags,
        "contacts": [_row("contact", one, context) for one in file.contacts],
        "projects": [_row("project", one, context) for one in file.projects],
        "other_names": [{"name": one["name"], "kind": one["kind"]} for one in file.aliases],
        "plans": [one._asdict() for one in planned],
        "activities": [one._asdict() for one in latest],
        "findings": [{"field": name, "problem": text, "missing": gap} for name, text, gap in findings],
    }


def _row(entity: str, row: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Return a row's columns; a word or person also gives what people read, under ``…_label``."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name in INNER:
            continue
        found[name] = value
        label = show_column(entity, name, value, context)
        if label and isinstance(value, str | int) and _is_keyed(entity, name):
            found[f"{name}_label"] = label
    return found


def _is_keyed(entity: str, column: str) -> bool:
    from crm_tui.customers.fields import field_of

    one = field_of(entity, column)
    return one is not None and one.type in ("word", "words", "person")
