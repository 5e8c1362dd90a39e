"""The lines of the customer file's panels, made from what was read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from crm_tui import clock
from crm_tui.access.showing import is_blanked
from crm_tui.customers.checks import check
from crm_tui.customers.convert import show
from crm_tui.customers.fields import FIELDS, GROUPS
from crm_tui.customers.reading import class_of
from crm_tui.followups.reading import Activity, Plan
from crm_tui.locale import _, ngettext
from crm_tui.storage.wording import hidden_text
from crm_tui.text.cells import width
from crm_tui.tui.screens.customer_form import customer_names
from crm_tui.tui.screens.customer_view import (
    FileView,
    made_and_changed,
    other_columns,
    record_note,
    sheet_text,
    term,
)
from crm_tui.tui.screens.form_fields import listed
from crm_tui.tui.screens.name_form import KINDS

OPEN = ("todo", "doing")
PINNED = ("no", "name", "key_note")
CONTACT_FIELDS = (
    "decision_role", "contact_department", "mobile", "office_phone", "email", "wechat", "work_chat",
    "contact_preference", "contact_valid", "contact_checked_at", "contact_note",
)  # fmt: skip
PROJECT_FIELDS = ("project_amount", "project_term", "contract_no", "project_note")


class Key(NamedTuple):
    """What a line stands for: a table, a record of it, a field of that ('' = the record itself)."""

    entity: str
    id: int
    field: str = ""


class Line(NamedTuple):
    """One line of a panel: a label, a value (wrapped as needed), what stands beside it, a tone."""

    key: Key
    label: str
    value: str
    note: str = ""
    tone: str = ""
    most: int = 6


def problems(view: FileView, row: Mapping[str, Any] | None = None) -> dict[str, list[str]]:
    """Return the remarks on a record by field: on the customer, or on one contact."""
    found = view.findings
    if row is not None:
        found = check({}, [row], [], (), view.today.isoformat())
        found = [one for one in found if not view.hides(one.field)]
    said: dict[str, list[str]] = {}
    for finding in found:
        if row is not None or FIELDS[finding.field].entity != "contact":
            said.setdefault(finding.field, []).append(_(finding.problem))
    return said


def _field_lines(
    view: FileView,
    entity: str,
    row: Mapping[str, Any],
    names: Iterable[str],
    said: Mapping[str, list[str]],
    *,
    everything: bool = False,
    slot: int = 1,
) -> list[Line]:
    lines = []
    for name in names:
        one = FIELDS[name]
        key = Key(entity, row["id"], name)
        value = show(one, row, view.context)
        if not value and view.hides(name) and is_blanked(entity, one.columns):
            if entity == "contact" and not everything:
                continue  # its first line says it for all
            lines.append(Line(key, one.title, hidden_text(), record_note(view, entity, row, one), "dim"))
            continue
        sheet = sheet_text(view, name, slot)
        remarks = [f"! {text}" for text in said.get(name, ())]
        if not value and not sheet and not remarks and not everything:
            continue
        note = record_note(view, entity, row, one)
        shown = value or ("" if remarks else "-")
        if not value and remarks:
            shown = remarks.pop(0)
        lines.append(Line(key, one.title, shown, note, "warn" if not value and said.get(name) else ""))
        lines += [Line(key, "", text, tone="warn") for text in remarks]
        if name == "timeline" and (days := term(view)):
            lines.append(Line(key, "", f"= {days}", tone="dim"))
        if sheet:
            lines.append(Line(key, "", _("! the sheet says: {text}").format(text=sheet), tone="warn"))
    return lines


def profile_lines(view: FileView, *, everything: bool = False) -> list[Line]:
    """Return the profile by groups; blank fields only with ``everything``, missing ones always."""
    row, said = view.customer, problems(view)
    lines: list[Line] = []
    for group, names in customer_names(row["kind"]).items():
        shown = [name for name in names if name not in PINNED or (everything and name != "no")]
        part = _field_lines(view, "customer", row, shown, said, everything=everything)
        if group == "profile":
            part += _names_and_tags(view, everything)
        if group == "record":
            part += [Line(Key("customer", row["id"]), *each) for each in made_and_changed(view)]
        if part:
            lines.append(Line(Key("customer", row["id"]), _(GROUPS[group]), "", tone="accent"))
            lines += part
    others = other_columns(view)
    if others:
        lines.append(Line(Key("customer", row["id"]), _("Other columns of the sheet"), "", tone="accent"))
        lines += [Line(Key("cell", row["id"], head), head, text) for head, text in others]
    return lines


def _names_and_tags(view: FileView, everything: bool) -> list[Line]:
    row = view.customer
    lines = []
    tags = listed(view.file.tags)
    if tags or everything:
        lines.append(Line(Key("tag", row["id"], "tags"), FIELDS["tags"].title, tags or "-"))
    for alias in view.file.aliases:
        kind = KINDS[alias["kind"]]
        lines.append(Line(Key("customer_alias", alias["id"]), _(kind), alias["name"]))
    return lines


def contact_lines(view: FileView, *, everything: bool = False) -> list[Line]:
    """Return every contact: who and what they decide, then their ways with the last change beside."""
    lines: list[Line] = []
    for slot, row in enumerate(view.file.contacts, 1):
        said = problems(view, row)
        head = " ".join(part for part in (row["name"] or _("(no name)"), row["title"]) if part)
        role = show(FIELDS["decision_role"], row, view.context)
        marks = [text for text in (role, _("main contact") if row["is_primary"] == 1 else "") if text]
        marks += [hidden_text()] if view.hides("contact_title") else []
        note = record_note(view, "contact", row, FIELDS["contact_title"])
        value = head + (f" · {' · '.join(marks)}" if marks else "")
        lines.append(Line(Key("contact", row["id"]), f"{slot}.", value, note, "strong"))
        title_said = said.get("contact_title", [])
        lines += [
            Line(Key("contact", row["id"], "contact_title"), "", f"! {t}", tone="warn") for t in title_said
        ]
        names = [name for name in CONTACT_FIELDS if name != "decision_role" or everything]
        lines += _field_lines(view, "contact", row, names, said, everything=everything, slot=slot)
    for finding in view.findings:
        if finding.missing and FIELDS[finding.field].entity == "contact" and finding.field != "contact_title":
            key = Key("contact", 0, finding.field)
            lines.append(Line(key, FIELDS[finding.field].title, f"! {_(finding.problem)}", tone="warn"))
    return lines


def project_lines(view: FileView, *, everything: bool = False) -> list[Line]:
    """Return the 合作项目 with their terms."""
    lines: list[Line] = []
    for row in view.file.projects:
        state = show(FIELDS["project_state"], row, view.context)
        value = row["name"] + (f" · {state}" if state else "")
        note = record_note(view, "project", row, FIELDS["project_name"])
        lines.append(Line(Key("project", row["id"]), _("Project"), value, note, "strong"))
        lines += _field_lines(view, "project", row, PROJECT_FIELDS, {}, everything=everything)
    if not lines:
        remarks = [text for texts in [problems(view).get("project_name", [])] for text in texts]
        lines = [Line(Key("project", 0), _("Project"), f"! {text}", tone="warn") for text in remarks]
    return lines


def timeline_lines(view: FileView) -> list[Line]:
    """Return open plans first, then what happened, newest first."""
    open_plans = [plan for plan in view.plans if plan.state in OPEN]
    past: list[tuple[str, Line]] = [(one.at, _activity_line(view, one)) for one in view.activities]
    past += [
        (plan.done_at or f"{plan.due_on or ''}T00:00:00Z", _closed_plan(view, plan))
        for plan in view.plans
        if plan.state not in OPEN and plan.activity_id is None
    ]
    past.sort(key=lambda pair: pair[0], reverse=True)
    return [*(_plan_line(view, plan) for plan in open_plans), *(line for _at, line in past)]


def _moment(instant: str, view: FileView, whole_day: bool = False) -> str:
    at = clock.local(instant, view.zone)
    if at.year != view.today.year:
        return f"{at:%Y-%m-%d}"
    return f"{at:%m-%d}" if whole_day else f"{at:%m-%d %H:%M}"


def _plan_line(view: FileView, plan: Plan) -> Line:
    when, tone, words = _("no day"), "", []
    if plan.due_on:
        when = plan.due_on if plan.due_on[:4] != str(view.today.year) else plan.due_on[5:]
        if plan.due_at:
            when = _moment(plan.due_at, view)
        late = (view.today - clock.parse_day(plan.due_on)).days
        if late > 0:
            tone = "bad"
            words.append(ngettext("{n} day late", "{n} days late", late).format(n=late))
        elif late == 0:
            tone = "warn"
            words.append(_("today"))
    if plan.recurrence:
        from crm_tui.text.recurrence import parse_recurrence

        words.append(parse_recurrence(plan.recurrence).label())
    if plan.snoozed:
        words.append(_("put off {n} times").format(n=plan.snoozed))
    goal = plan.goal or plan.text or _("Follow up")
    value = " · ".join([_("Plan"), *words, goal])
    return Line(
        Key("plan", plan.id), when, value, view.context.names.get(plan.owner_id, ""), tone or "accent"
    )


def _closed_plan(view: FileView, plan: Plan) -> Line:
    state = _("dropped") if plan.state == "cancelled" else _("done, nothing written yet")
    when = _moment(plan.done_at, view) if plan.done_at else (plan.due_on or "")
    value = " · ".join([_("Plan"), state, plan.goal or plan.text or ""])
    return Line(Key("plan", plan.id), when, value, view.context.names.get(plan.owner_id, ""), "dim")


def _activity_line(view: FileView, one: Activity) -> Line:
    ways = view.context.words.labels("way", one.ways)
    who = view.context.names.get(one.by_id or 0, "") or one.by_text or ""
    when = _moment(one.at, view, one.whole_day == 1)
    value = " · ".join(part for part in (ways, activity_text(one, " ")) if part)
    return Line(Key("activity", one.id), when, value or "-", who, most=3)


def activity_text(one: Activity, joint: str) -> str:
    """Return all that was written about an activity."""
    parts = [one.content or ""]
    for title, text in (
        (_("Customer feedback"), one.feedback),
        (_("Objections"), one.objections),
        (_("Next action"), one.next_action),
    ):
        if text:
            parts.append(_("{title}: {text}").format(title=title, text=text))
    if one.backfilled:
        parts.append(_("(written late)"))
    return joint.join(part for part in parts if part)


def banner(view: FileView) -> list[str]:
    """Return the line under the title: number, status, level, stage, owner, class (S4-05), tags."""
    row, context = view.customer, view.context
    parts = [row["no"]]
    for name in ("status", "level", "stage"):
        text = show(FIELDS[name], row, context)
        if text:
            # A grade such as A says nothing alone.
            parts.append(text if width(text) > 3 else f"{FIELDS[name].title} {text}")
    parts.append(f"{FIELDS['owner'].title} {context.names.get(row['owner_id'], '')}")
    parts += filter(None, [class_of(row, context.words)])
    return [*parts, *(f"#{tag}" for tag in view.file.tags)]


def counted(keys: Sequence[Key], entities: Sequence[str]) -> int:
    """Return how many records a panel's lines stand for."""
    return len({(key.entity, key.id) for key in keys if key.entity in entities and key.id})
