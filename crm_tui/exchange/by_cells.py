"""Columns whose heading leaves open what they mean, told by the first cells below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from crm_tui.customers.fields import FIELDS
from crm_tui.exchange.mapping import ColumnMap, Mapping, progress_or_stage
from crm_tui.locale import _
from crm_tui.presets import load_special_headings
from crm_tui.presets.headings import heading_key, parse_heading
from crm_tui.text.fold import tidy
from crm_tui.text.nothing import says_nothing

if TYPE_CHECKING:
    from crm_tui.presets.store import Dictionary

_KINDS = frozenset(("客户类型", "客户类别"))
_ANY_DAY = frozenset(("日期", "时间", "时间戳"))
_LONGEST = 20


def told_by_cells(
    mapping: Mapping, sample: Sequence[Sequence[str]], words: Dictionary, today: date
) -> Mapping:
    """Return the mapping with the columns that the first rows of the sheet explain.

    状态 over states of customers is one, over stages the progress; 最近联系 over days is the last follow-up,
    and 日期 too beside what was talked about; 客户类型 over words that are no state (经销商) is a category.
    """
    columns = list(mapping.columns)
    note = _("Told by its cells.")
    cells = [_filled(sample, one.index) for one in columns]
    for one in columns:
        if one.field != "status" or mapping.sheet or one.how not in ("exact", "alias"):
            continue
        found = cells[one.index]
        kinds = found and not any(words.key_of("status", text) for text in found)
        short = all(len(text) <= _LONGEST for text in found)
        if kinds and short and heading_key(one.heading) in _KINDS and not _has(columns, "category"):
            columns[one.index] = replace(one, field="category", how="guess", note=note)
    for one in columns:
        field = _meant(one)
        if not field or _has(columns, field) or not (found := cells[one.index]):
            continue
        if field == "status":
            sure = _mostly(words, "status", found)
            if not sure and not _has(columns, "stage") and not _has(columns, "progress"):
                field, sure = "progress", _mostly(words, "stage", found)
        else:
            loose = heading_key(one.heading) in _ANY_DAY and not _has(columns, "followup_summary")
            sure = not loose and all(_is_past(text, today) for text in found)
        if sure:
            columns[one.index] = replace(one, field=field, how="guess", note=note)
    progress_or_stage(columns, [parse_heading(one.heading) for one in columns])
    _one_stage(columns)
    return replace(mapping, columns=tuple(columns))


def _one_stage(columns: list[ColumnMap]) -> None:
    """Leave 阶段 to the note where 跟进状态 has become the stage beside it, as headings alone would."""
    stages = [one for one in columns if one.field == "stage" and one.slot == 1]
    first = next((one for one in stages if one.how == "exact"), None)
    for one in stages:
        if first and one is not first and one.how == "alias":
            text = _("“{heading}” already gives {field}; this column is kept in the note.")
            note = text.format(heading=first.heading, field=FIELDS["stage"].title)
            columns[one.index] = replace(one, field=None, how="none", note=note)


def _meant(column: ColumnMap) -> str:
    """Return the state or day that an unclear heading could mean."""
    if column.field or column.drop or column.how != "none" or not column.note:
        return ""
    for unclear in load_special_headings()["unclear"]:
        text, _equals, name = unclear.partition("=")
        if name in ("status", "last_followup") and heading_key(text) == heading_key(column.heading):
            return name
    return ""


def _filled(sample: Sequence[Sequence[str]], column: int) -> list[str]:
    texts = (tidy(row[column]) for row in sample if column < len(row))
    return [text for text in dict.fromkeys(texts) if text and not says_nothing(text)]


def _mostly(words: Dictionary, kind: str, texts: Sequence[str]) -> bool:
    """Tell whether cells are words of a kind; an odd one among them is flagged later."""
    return 4 * sum(words.key_of(kind, text) is not None for text in texts) >= 3 * len(texts)


def _is_past(text: str, today: date) -> bool:
    from crm_tui.text.cell_dates import parse_cell_date

    found = parse_cell_date(text, today=today)
    return found is not None and found.date <= today


def _has(columns: Sequence[ColumnMap], field: str) -> bool:
    return any(one.field == field for one in columns)
