"""Which column of a sheet fills which field: recognised by heading, remembered, or said by the user.

Nothing here reads cells. What no heading explains stays without a field and its cells go to the note,
so that nothing of a sheet is lost.
"""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from crm_tui.customers.fields import FIELDS, Field
from crm_tui.exchange.naming import name_customers, split_names
from crm_tui.exchange.overrides import SKIP, known_field, private_column, read_overrides
from crm_tui.exchange.recognising import (
    How,
    Orientation,
    heading_signature,
    is_known_heading,
    known_headings,
    numbered_keys,
    other_meaning,
    recognise_sheet,
    sheet_fields,
    special,
)
from crm_tui.exchange.refusing import no_key, refuse_other_sheets
from crm_tui.locale import _
from crm_tui.presets import load_special_headings
from crm_tui.presets.headings import Heading, heading_key, parse_heading

__all__ = [
    "SKIP",
    "ColumnMap",
    "Mapping",
    "heading_signature",
    "is_known_heading",
    "match_headings",
    "recognise_sheet",
]


_GUESS = 90
_PARTS = ("province", "city", "district")
SELLERS = (
    *("业务员", "业务人员", "业务代表", "业务担当", "销售", "销售员", "销售人员", "销售代表", "销售负责人"),
    "客户经理",
)
# Fields that several columns may fill together; their cells are taken one after the other.
_REPEATABLE = ("contact_way", "tags", "next_plan")
PHONES = ("mobile", "office_phone", "email", "contact_way")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What one column means.

    ``field`` is a name of the field registry or None; ``slot`` counts the contacts (or projects) of one row
    from 1; ``unit`` is the unit of amounts that the heading names; ``drop`` says that the cells are not
    taken at all, otherwise the cells of a column without field are kept as lines of the note.
    """

    index: int
    heading: str
    field: str | None
    how: How = "none"
    note: str = ""
    slot: int = 1
    unit: str = ""
    drop: bool = False

    @property
    def spec(self) -> Field | None:
        """Return the registry's entry of the field."""
        return FIELDS[self.field] if self.field else None


@dataclass(frozen=True, slots=True)
class Mapping:
    """The columns of one sheet explained; ``sheet`` is S0, S2, S3 or S4 where it is one of the documents'."""

    sheet: str | None
    columns: tuple[ColumnMap, ...]
    kind: Literal["customer", "lead"] = "customer"
    orientation: Orientation = "table"
    customer_kind: Literal["", "company", "person"] = ""

    @property
    def headings(self) -> tuple[str, ...]:
        """Return the headings as the sheet writes them."""
        return tuple(column.heading for column in self.columns)

    @property
    def signature(self) -> str:
        """Return the key under which this mapping is remembered."""
        return heading_signature(self.headings)

    @property
    def unmapped(self) -> tuple[ColumnMap, ...]:
        """Return the columns whose cells go to the note."""
        return tuple(one for one in self.columns if one.field is None and one.heading and not one.drop)

    @property
    def names_customers(self) -> bool:
        """Tell whether a column holds the customer's name or number; without one no row can be taken."""
        return any(one.field in ("name", "no") for one in self.columns)

    def find(self, field: str, slot: int = 1) -> tuple[ColumnMap, ...]:
        """Return the columns that fill a field of one contact (or of the customer)."""
        return tuple(one for one in self.columns if one.field == field and one.slot == slot)

    def with_column(self, index: int, field: str | None, slot: int = 1) -> Mapping:
        """Return the mapping with one column set by the user: a field, None (to the note) or ``skip``.

        Another column that had the same field loses it. Raises BadInput for an unknown field or a column
        that is never taken (S4-10).
        """
        name = None if field in (None, SKIP) else known_field(field or "")[0]
        columns = []
        for one in self.columns:
            if one.index == index:
                if one.how == "refused" and name:
                    raise private_column(one.heading)
                one = replace(
                    one,
                    field=name,
                    slot=slot,
                    how="override",
                    note="",
                    drop=field == SKIP or one.how == "refused",
                )
            elif name and one.field == name and one.slot == slot and name not in _REPEATABLE:
                one = replace(one, field=None, how="none", slot=1)
            columns.append(one)
        return replace(self, columns=tuple(columns))

    def to_remember(self) -> dict[str, str]:
        """Return the mapping as {heading key: field}, for JSON: ``mobile:2``, '' for the note, ``skip``."""
        kept: dict[str, str] = {}
        for key, one in zip(numbered_keys(self.headings), self.columns, strict=True):
            if key and one.how != "refused":
                suffix = f":{one.slot}" if one.slot > 1 else ""
                kept[key] = SKIP if one.drop else f"{one.field}{suffix}" if one.field else ""
        return kept


# ---------------------------------------------------------------- matching


def match_headings(
    headings: Sequence[str],
    *,
    remembered: Dictionary[str, str] | None = None,
    overrides: Dictionary[str, str] | Sequence[tuple[str, str]] | None = None,
    orientation: Orientation = "table",
    whole: bool = True,
) -> Mapping:
    """Explain the headings of a table, or the labels of a vertical form.

    ``remembered`` is what ``Mapping.to_remember`` gave for the same signature, ``overrides`` are pairs of
    field and heading. Raises BadInput for a lead sheet, for an override that names an unknown field or
    heading, and, unless it need not be ``whole`` yet, for a sheet without a column of names or numbers.
    """
    sheet = recognise_sheet(headings)
    said = read_overrides(headings, overrides)
    kept = remembered or {}
    keys = numbered_keys(headings)
    parsed = [parse_heading(heading) for heading in headings]
    columns = []
    for index, heading in enumerate(headings):
        blank = ColumnMap(index, heading, None, unit=parsed[index].unit)
        columns.append(_match(blank, parsed[index], said.get(index), kept.get(keys[index]), sheet))
    _residence(columns, parsed)
    _divisions(columns, parsed)
    split_names(columns)
    person = name_customers(columns, parsed)
    _address_parts(columns)
    progress_or_stage(columns, parsed)
    _owner(columns, parsed)
    _own_department(columns)
    _repeats(columns, parsed)
    refuse_other_sheets(columns, parsed)
    kind: Literal["", "person"] = "person" if person else ""
    mapping = Mapping(sheet, tuple(columns), orientation=orientation, customer_kind=kind)
    if whole and not mapping.names_customers:
        raise no_key(columns)
    return mapping


def _match(
    blank: ColumnMap, heading: Heading, said: str | None, kept: str | None, sheet: str | None
) -> ColumnMap:
    if heading.key in special("refused"):
        if said and said != SKIP:
            raise private_column(blank.heading)
        return replace(blank, how="refused", drop=True, note=_("Never taken: private data."))
    if heading.key in special("report"):
        return replace(blank, drop=True, note=_("Written by an earlier import; not taken."))
    if said is not None:
        return _settled(blank, said, "override")
    if kept is not None and (kept in ("", SKIP) or kept.partition(":")[0] in FIELDS):
        return _settled(blank, kept, "remembered")
    if not heading.key:
        return blank
    if sheet:
        for key in heading.keys:
            if key in sheet_fields(sheet):
                return replace(blank, field=sheet_fields(sheet)[key] or None, how="exact")
    known = known_headings()
    if heading.key in known:
        name, how = known[heading.key]
        return replace(blank, field=name, how=how)
    for key in heading.slot_keys:
        name = known[key][0] if key in known else ""
        several = bool(name) and FIELDS[name].entity in ("contact", "project")
        if name and (heading.slot == 1 or several or name in _REPEATABLE):
            return replace(blank, field=name, how="alias", slot=heading.slot if several else 1)
    if other := other_meaning(heading, blank.heading):
        return replace(blank, field=other, how="alias")
    return _guess(blank, heading)


def _settled(blank: ColumnMap, value: str, how: How) -> ColumnMap:
    if value in ("", SKIP):
        return replace(blank, how=how, drop=value == SKIP)
    name, _colon, slot = value.partition(":")
    return replace(blank, field=name, how=how, slot=int(slot) if slot.isdigit() else 1)


def _guess(blank: ColumnMap, heading: Heading) -> ColumnMap:
    for unclear in load_special_headings()["unclear"]:
        text, _equals, name = unclear.partition("=")
        if heading.key == heading_key(text):
            note = _("Could be {field}: choose it if so.").format(field=FIELDS[name].title)
            return replace(blank, note=note)
    if heading.key in special("running"):
        # It says nothing of the customer, and is another number in the next sheet.
        return replace(blank, drop=True, note=_("Counts the rows of the sheet: left out."))
    odd = heading.key in special("lead") or heading.key in special("unlike")
    if len(heading.key) < 4 or odd or any(sign.isdigit() for sign in heading.key):
        return blank
    from rapidfuzz import fuzz, process

    found = process.extractOne(heading.key, known_headings().keys(), scorer=fuzz.ratio, score_cutoff=_GUESS)
    if found is None:
        return blank
    return replace(
        blank, field=known_headings()[found[0]][0], how="guess", note=_("Guessed from the heading.")
    )


# ---------------------------------------------------------------- what columns mean to each other


def _firm(column: ColumnMap) -> bool:
    return column.how in ("override", "remembered", "refused")


def _has(columns: list[ColumnMap], field: str) -> bool:
    return any(column.field == field for column in columns)


def _residence(columns: list[ColumnMap], parsed: list[Heading]) -> None:
    """住址 is a private home (S4-10) unless the names are plainly those of companies."""
    companies = any(
        one.field == "name"
        and any(word in parsed[one.index].key for word in ("公司", "企业", "单位", "company"))
        for one in columns
    )
    for index, column in enumerate(columns):
        if parsed[index].key in special("residence") and not _firm(column):
            if companies:
                columns[index] = replace(column, field="biz_address", how="alias", note="", drop=False)
            else:
                note = _("Never taken: private data.")
                columns[index] = replace(column, field=None, how="refused", note=note, drop=True)


def _divisions(columns: list[ColumnMap], parsed: list[Heading]) -> None:
    """省市区 in a column of its own leaves the rest of the address to that of addresses."""
    for index, column in enumerate(columns):
        if column.field is None and parsed[index].key in special("divisions") and not _firm(column):
            for at, other in enumerate(columns):
                if other.field == "biz_address" and not _firm(other):
                    columns[at] = replace(other, field="biz_detail")
            columns[index] = replace(column, field="biz_address", how="alias", note="", drop=False)


def _address_parts(columns: list[ColumnMap]) -> None:
    """省份 and 城市 belong to the registered address where the sheet has that one."""
    if not _has(columns, "reg_address"):
        return
    for index, column in enumerate(columns):
        for part in _PARTS:
            if column.field == f"biz_{part}" and column.how in ("alias", "guess"):
                columns[index] = replace(column, field=f"reg_{part}")


def progress_or_stage(columns: list[ColumnMap], parsed: list[Heading]) -> None:
    """跟进状态 is S0's stage beside a customer state, and S3's state and stage at once without one."""
    field = "stage" if _has(columns, "status") else "progress"
    words = {heading_key(text) for text in ("跟进状态", "Follow-up state", "Follow-up status")}
    for index, column in enumerate(columns):
        if column.field in ("stage", "progress") and words & set(parsed[index].keys) and not _firm(column):
            columns[index] = replace(column, field=field)


def _owner(columns: list[ColumnMap], parsed: list[Heading]) -> None:
    """Beside a column of salespeople 负责人 is who runs the customer's firm."""
    sellers = {heading_key(text) for text in SELLERS}
    if not any(one.field == "owner" and sellers & set(parsed[one.index].keys) for one in columns):
        return
    for index, column in enumerate(columns):
        if column.field == "owner" and parsed[index].key == "负责人" and not _firm(column):
            columns[index] = replace(column, field=None, how="none")


def _own_department(columns: list[ColumnMap]) -> None:
    """部门 in a sheet without contacts is that of one's own salespeople."""
    if any(one.spec and one.spec.per_contact and one.field != "contact_department" for one in columns):
        return
    for index, column in enumerate(columns):
        if column.field == "contact_department" and not _firm(column):
            columns[index] = replace(column, field=None, how="none")


def _repeats(columns: list[ColumnMap], parsed: list[Heading]) -> None:
    """Give each field one column: a later 联系人 and what follows it are the next contact's."""
    _name_slots(columns)
    grouped = _grouped(columns, parsed)
    rank = {"override": 0, "remembered": 1, "exact": 2, "alias": 3, "guess": 4}
    taken: dict[tuple[str, int], int] = {}
    for index in sorted(range(len(columns)), key=lambda i: (rank.get(columns[i].how, 9), i)):
        column = columns[index]
        if not column.field:
            continue
        spec, slot = FIELDS[column.field], column.slot
        if spec.entity == "contact" and slot == 1 and column.field != "contact_name" and not _firm(column):
            before = _slot_before(columns, index)
            if grouped or ((column.field, slot) in taken and (column.field, before) not in taken):
                slot = before
        named = slot == 1 or any(one.field == "contact_name" and one.slot == slot for one in columns)
        if column.field in PHONES and not named and len(parsed[index].slot_keys) == 1 and not _firm(column):
            columns[index] = replace(column, field="contact_way", slot=1)  # 手机2 of the only contact
        elif (column.field, slot) not in taken or column.field in _REPEATABLE:
            columns[index] = replace(column, slot=slot)
            taken.setdefault((column.field, slot), index)
        elif column.field in PHONES:
            columns[index] = replace(column, field="contact_way", slot=slot)
        else:
            note = _("“{heading}” already gives {field}; this column is kept in the note.").format(
                heading=columns[taken[column.field, slot]].heading, field=spec.title
            )
            columns[index] = replace(column, field=None, how="none", note=note, slot=1)


def _name_slots(columns: list[ColumnMap]) -> None:
    """Count the columns of contact names that carry no number of their own."""
    used: set[int] = set()
    for index, column in enumerate(columns):
        if column.field != "contact_name":
            continue
        slot = column.slot
        if slot in used and not _firm(column):
            slot = max(used) + 1
            columns[index] = replace(column, slot=slot)
        used.add(slot)


def _grouped(columns: list[ColumnMap], parsed: list[Heading]) -> bool:
    """Tell 联系人·手机·联系人·邮箱 (each name heads its own columns) from 联系人·手机·联系人2·手机2."""
    names = [one.index for one in columns if one.field == "contact_name"]
    numbered = any(parsed[i].slot and not parsed[i].key.endswith(f"({parsed[i].slot})") for i in names)
    if len(names) < 2 or numbered:
        return False
    return any(one.spec and one.spec.per_contact for one in columns[names[0] + 1 : names[1]])


def _slot_before(columns: list[ColumnMap], index: int) -> int:
    return next((one.slot for one in reversed(columns[:index]) if one.field == "contact_name"), 1)
