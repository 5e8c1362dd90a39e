"""Which columns an export has, and the text of each cell: the imported one as long as its value stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from crm_tui import clock
from crm_tui.access.showing import Veil, is_blanked
from crm_tui.customers.convert import Context, show
from crm_tui.customers.fields import FIELDS, Field
from crm_tui.exchange import kept
from crm_tui.exchange.store_export import Filled, Record, Row
from crm_tui.locale import _
from crm_tui.presets import load_sheets, template_sheet
from crm_tui.presets.progress import write_progress
from crm_tui.storage.wording import hidden_text
from crm_tui.text.fold import fold

# What every list of customers shows; further fields join where somebody filled them in.
ALWAYS = frozenset(
    {
        "no", "name", "industry", "status", "level", "stage", "tags", "owner", "contact_name",
        "contact_title", "mobile", "office_phone", "email", "need", "source", "first_contact_on",
        "last_followup", "followup_summary", "next_plan", "note", "created_at", "changed_at",
    }
)  # fmt: skip
# Said by other columns already.
PARTS = frozenset(
    {
        "progress", "headcount", "revenue", "size_class", "contact_way", "is_primary", "decision_chain",
        "followup_ways", "followup_by", "project_start", "project_end", "changed_by",
        "reg_province", "reg_city", "reg_district", "reg_detail", "biz_province", "biz_city",
        "biz_district", "biz_detail",
    }
)  # fmt: skip
LOGGED = ("activity", "plan")
MOST_SLOTS = 9  # headings count contacts with one digit


class Column(NamedTuple):
    """One column of an export; ``name`` is its key in json, ``slot`` counts contacts and projects from 1."""

    heading: str
    name: str
    field: Field | None
    slot: int = 1


def sheet_columns(key: str, most_contacts: int) -> list[Column]:
    """Return the columns of a document's sheet in its order; further contacts follow, but not in S0."""
    sheet = template_sheet() if key == "template" else load_sheets()[key]
    columns = [Column(one.heading, one.heading, FIELDS.get(one.field)) for one in sheet.columns]
    if key in ("S0", "S4"):
        return columns
    return columns + _further([one.field for one in columns if one.field], most_contacts, "contact")


def default_columns(held: Filled) -> list[Column]:
    """Return the columns of a plain list: what every customer has, and what any customer has."""
    chosen = [one for one in FIELDS.values() if _wanted(one, held)]
    columns = []
    for one in chosen:
        columns.append(Column(one.title, one.name, one))
    columns += _further(chosen, held.contacts, "contact")
    return columns + _further(chosen, held.projects, "project")


def _wanted(one: Field, held: Filled) -> bool:
    if one.name in ALWAYS:
        return True
    if one.name in PARTS or one.entity in LOGGED:
        return False
    if one.name in held.columns["other"]:
        return True
    return any(name in held.columns.get(one.entity, ()) for name in one.columns)


def _further(fields: list[Field], most: int, entity: str) -> list[Column]:
    found = []
    for slot in range(2, min(most, MOST_SLOTS) + 1):
        for one in fields:
            if one.entity == entity:
                found.append(Column(_numbered(one, slot), f"{one.name}_{slot}", one, slot))
    return found


def _numbered(one: Field, slot: int) -> str:
    if one.entity != "contact":
        return f"{one.title}{slot}"
    person = _("Contact")
    rest = one.title.removeprefix(person).strip()
    return _("Contact{n} {field}").format(n=slot, field=rest)


class Renderer:
    """Gives the cells of customers in the order of some columns.

    ``form`` says that what a form noted beside its fields is written there again.
    """

    def __init__(self, columns: list[Column], context: Context, veil: Veil, *, form: bool = False) -> None:
        self.columns = columns
        self.context = context
        self.veil = veil
        # Keys of cells that an import kept in the note, and that stand in no other column of this export.
        self._only_noted = ("=",) if form else ("=", "@")
        self._mailed = {one.slot for one in columns if one.field and one.field.name == "email"}

    def cells(self, record: Record) -> list[str]:
        """Return one row of text."""
        hidden = self.veil.over(record.customer["id"], record.customer["owner_id"])
        texts = [self.cell(record, one) for one in self.columns]
        if not hidden:
            return texts
        return [
            veiled(one.field, text, hidden) if one.field and self._row(record, one.field, one.slot) else text
            for one, text in zip(self.columns, texts, strict=True)
        ]

    def cell(self, record: Record, column: Column) -> str:
        """Return the text of one cell."""
        one = column.field
        if one is None:
            return ""
        row = self._row(record, one, column.slot)
        if row is None:
            return ""
        if one.name in COMPUTED:
            present = COMPUTED[one.name](self, record)
        elif one.name == "contact_way" and column.slot in self._mailed:
            present = show(one, {**row, "email": None}, self.context)
        else:
            present = show(one, row, self.context)
        text = self._kept(record, one, column.slot, row, present)
        return present if text is None else text

    def _row(self, record: Record, one: Field, slot: int) -> Row | None:
        if one.entity in ("contact", "project"):
            rows = record.contacts if one.entity == "contact" else record.projects
            return rows[slot - 1] if slot <= len(rows) else None if slot > 1 else {}
        return record.customer

    def _kept(
        self, record: Record, one: Field, slot: int, row: Mapping[str, Any], present: str
    ) -> str | None:
        if not record.cells:
            return None
        if one.name in LISTED:
            texts = [cells[one.name][0] for cells in record.cells if one.name in cells]
            return next((text for text in texts if _parts(text) == _parts(present)), None)
        if one.name == "last_followup":
            row = {one.name: record.state.get("last_followup_at")}
        elif one.name == "next_plan":
            row = {one.name: record.state.get("plan_text")}
        elif one.name in COMPUTED and one.name != "progress":
            row = {one.name: present or None}
        sheets = record.cells
        if one.name == "note":
            sheets = [cells for cells in sheets if not any(key.startswith(self._only_noted) for key in cells)]
        texts = (kept.text_of(cells, one, row, slot) for cells in sheets)
        return next((text for text in texts if text is not None), None)

    # ------------------------------------------------------------------ computed fields

    def _progress(self, record: Record) -> str:
        stage = record.customer["stage"]
        return write_progress(record.customer["status"], stage, self.context.words.phase(stage))

    def _tags(self, record: Record) -> str:
        return "、".join(record.tags)

    def _former(self, record: Record) -> str:
        return "、".join(record.aliases.get("former", ()))

    def _short(self, record: Record) -> str:
        return "、".join(filter(None, [record.customer["short_name"], *record.aliases.get("short", ())]))

    def _other(self, record: Record) -> str:
        return "、".join(record.aliases.get("other", ()))

    def _chain(self, record: Record) -> str:
        label = self.context.words.label
        people = [
            f"{one['name'] or ''}（{label('decision_role', one['decision_role'])}）"
            for one in record.contacts
            if one["decision_role"]
        ]
        return "、".join(people)

    def _last_followup(self, record: Record) -> str:
        return shown_moment(
            record.state.get("last_followup_at"), record.state.get("whole_day"), self.context.zone
        )

    def _summary(self, record: Record) -> str:
        return record.state.get("content") or ""

    def _ways(self, record: Record) -> str:
        return self.context.words.labels("way", record.state.get("ways"))

    def _by(self, record: Record) -> str:
        return self.context.names.get(record.state.get("by_id") or 0) or record.state.get("by_text") or ""

    def _next_plan(self, record: Record) -> str:
        return shown_plan(record.state, self.context.zone)

    def _created(self, record: Record) -> str:
        return shown_moment(record.state.get("created_at"), 0, self.context.zone)

    def _changed(self, record: Record) -> str:
        return shown_moment(record.state.get("changed_at"), 0, self.context.zone)

    def _changed_by(self, record: Record) -> str:
        return self.context.names.get(record.state.get("changed_by") or 0, "")


def veiled(one: Field, text: str, hidden: Collection[str]) -> str:
    """Return a text, or a word in the place of a hidden one: a blank would say that nothing is there."""
    if text or one.sensitive not in hidden or not is_blanked(one.entity, one.columns):
        return text
    return hidden_text()


LISTED = ("tags", "former_name", "short_name", "other_name")  # several in one cell
COMPUTED = {
    "progress": Renderer._progress,
    "tags": Renderer._tags,
    "former_name": Renderer._former,
    "short_name": Renderer._short,
    "other_name": Renderer._other,
    "decision_chain": Renderer._chain,
    "last_followup": Renderer._last_followup,
    "followup_summary": Renderer._summary,
    "followup_ways": Renderer._ways,
    "followup_by": Renderer._by,
    "next_plan": Renderer._next_plan,
    "created_at": Renderer._created,
    "changed_at": Renderer._changed,
    "changed_by": Renderer._changed_by,
}


def _parts(text: str) -> set[str]:
    for sign in "，,；;|\n\r/":
        text = text.replace(sign, "、")
    return {fold(part) for part in text.split("、") if fold(part)}


def shown_moment(at: str | None, whole_day: int | None, zone: str) -> str:
    """Return an instant as sheets write it; only the day where the time is not known."""
    if not at:
        return ""
    moment = clock.local(at, zone)
    return f"{moment:%Y-%m-%d}" if whole_day else f"{moment:%Y-%m-%d %H:%M}"


def shown_plan(row: Mapping[str, Any], zone: str) -> str:
    """Return a plan as a text that reads back as the same plan: its day, time and goal, or its rhythm."""
    text, goal = row.get("plan_text") or "", row.get("plan_goal") or ""
    if row.get("recurrence"):
        return text or goal
    if not row.get("due_on"):
        return text or goal
    day = shown_moment(row["due_at"], 0, zone) if row.get("due_at") else row["due_on"]
    return f"{day} {goal}".strip() if goal or text == row["due_on"] else f"{day} {text}".strip()
