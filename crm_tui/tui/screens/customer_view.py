"""Everything that the customer file shows, read in one go on the database thread."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from crm_tui import clock
from crm_tui.access.showing import hidden_groups
from crm_tui.access.telling import out_of_sight
from crm_tui.customers import reading
from crm_tui.customers.checks import Finding, check
from crm_tui.customers.convert import Context, parse, show
from crm_tui.customers.fields import FIELDS, Field
from crm_tui.customers.reading import CustomerFile
from crm_tui.errors import CrmError
from crm_tui.followups import reading as followups
from crm_tui.followups.reading import Activity, Plan
from crm_tui.locale import _
from crm_tui.presets import preset
from crm_tui.session import Session
from crm_tui.storage import history, merging
from crm_tui.storage.history import FieldChange
from crm_tui.text.fold import tidy

Latest = Mapping[str, FieldChange]


class FileView(NamedTuple):
    """A customer's file with its follow-ups, its findings and the last change of every field.

    ``hidden`` are the groups of fields that are masked in it.
    """

    file: CustomerFile
    activities: Sequence[Activity]
    plans: Sequence[Plan]
    findings: Sequence[Finding]
    latest: Mapping[tuple[str, int], Latest]
    context: Context
    today: date
    zone: str
    hidden: frozenset[str] = frozenset()

    def hides(self, name: str) -> bool:
        """Tell whether a field is masked for the user in this file."""
        return FIELDS[name].sensitive in self.hidden

    @property
    def customer(self) -> dict[str, Any]:
        """The customer's columns."""
        return self.file.customer

    @property
    def name(self) -> str:
        """What the customer is called: its name, else its first contact."""
        contacts = self.file.contacts
        return self.customer["name"] or (contacts[0]["name"] if contacts else "") or self.customer["no"]

    def next_plan(self) -> Plan | None:
        """Return the open plan that is due first."""
        return next((plan for plan in self.plans if plan.state in ("todo", "doing")), None)


def read_view(session: Session, customer_id: int) -> FileView | None:
    """Read a customer's file; None when it is gone or not to be seen."""
    reader = session.reader
    file = reading.customer_file(reader, customer_id)
    if file is None:
        return None
    session.renew_words()
    context = session.context()
    required = preset(session.settings.get("preset") or "general").required
    latest: dict[tuple[str, int], Latest] = {
        ("customer", customer_id): history.latest_by_field(reader, "customer", customer_id)
    }
    for entity, rows in (("contact", file.contacts), ("project", file.projects)):
        for row in rows:
            latest[entity, row["id"]] = history.latest_by_field(reader, entity, row["id"])
    today = session.today()
    hidden = hidden_groups(reader, session.policy, customer_id)
    findings = check(file.customer, file.contacts, file.projects, required, today.isoformat())
    return FileView(
        file,
        followups.activities(reader, customer_id, limit=500),
        followups.plans(reader, customer_id, limit=500),
        [one for one in findings if FIELDS[one.field].sensitive not in hidden],
        latest,
        context,
        today,
        session.zone,
        hidden,
    )


def what_became(session: Session, customer_id: int) -> str:
    """Return the sentence on a customer that is not there any more: who did what to it, and when."""
    if reading.is_out_of_sight(session.reader, customer_id):
        return out_of_sight().what
    ended = reading.ended(session.reader, customer_id)
    found = merging.gone(session.reader, "customer", customer_id, ended)
    return str(CrmError(found.what, todo=found.todo))


def record_note(view: FileView, entity: str, row: Mapping[str, Any], one: Field) -> str:
    """Return the 更新记录 of a field: 2024-06-20 更新 王总 ← what it was (S4-08); the creation else."""
    latest = view.latest.get((entity, row["id"]), {})
    changes = [latest[column] for column in one.columns if column in latest]
    if changes:
        newest = max(changes, key=lambda change: change.change_id)
        if any(change.is_hidden for change in changes):
            return _said(view, newest, _("updated"))
        before = dict(row)
        before.update(
            {each.field: each.old for each in changes if each.field and each.set_id == newest.set_id}
        )
        old = show(one, before, view.context)
        word = _("updated") if old else _("filled in")
        return _said(view, newest, word) + (f" ←\u00a0{old}" if old else "")
    made = latest.get("")
    if made is None or not any(row.get(column) not in (None, "") for column in one.columns):
        return ""
    return " ".join([_day(view, made), _("first entry")])


def _day(view: FileView, change: FieldChange) -> str:
    return f"{clock.local(change.at, view.zone):%Y-%m-%d}" if change.at else "…"


def _said(view: FileView, change: FieldChange, word: str) -> str:
    who = view.context.names.get(change.actor or 0, "")
    return f"{_day(view, change)} {word} {who}".rstrip()


def made_and_changed(view: FileView) -> list[tuple[str, str]]:
    """Return when and by whom the customer was entered and last changed, each with its label."""
    latest = view.latest["customer", view.customer["id"]]
    found = []
    for name, change in (
        ("created_at", latest.get("")),
        ("changed_at", max(latest.values(), key=lambda each: each.change_id, default=None)),
    ):
        if change is not None:
            found.append((FIELDS[name].title, _said(view, change, "").replace("  ", " ")))
    return found


def sheet_text(view: FileView, name: str, slot: int = 1) -> str:
    """Return what the imported sheet said where it was not understood, '' elsewhere."""
    text, value = view.file.cells.get(name if slot == 1 else f"{name}:{slot}") or ("", "")
    return text if text and (value is None or (name == "owner" and _is_stranger(view, text, value))) else ""


def _is_stranger(view: FileView, owner: str, value: Any) -> bool:
    """Tell whether a sheet named somebody nobody knows, so that the customer went to another person."""
    known = parse(FIELDS["owner"], owner, view.context).values
    return value == view.customer["owner_id"] and "owner_id" not in known


def other_columns(view: FileView) -> list[tuple[str, str]]:
    """Return heading and text of the sheet's columns that are no field, without those the note tells."""
    note = view.customer["note"] or ""
    found = [(key[1:], cell[0]) for key, cell in view.file.cells.items() if key.startswith("=") and cell[0]]
    return [(head, text) for head, text in found if f"{head}：{tidy(text)}" not in note]


def term(view: FileView) -> str:
    """Return the days that the project's time means, as from the day it was written (S1-10), or ''."""
    if not view.customer["timeline"]:
        return ""
    latest = view.latest["customer", view.customer["id"]]
    change = latest.get("timeline") or latest.get("")
    said_on = clock.local(change.at, view.zone).date() if change and change.at else view.today
    days = reading.days_of(view.customer["timeline"], said_on)
    return " ~ ".join(dict.fromkeys(str(day) for day in days)) if days else ""
