"""Find the table on a sheet: the row of headings under titles and notes, or a form written downwards.

Judges the first rows as text. Known headings (told by the caller) decide; without any, a row of headings is
one whose cells read like names of fields above cells that do not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from crm_tui.exchange.guard import Refused

Known = Callable[[str], bool]
NumberedRow = tuple[int, Sequence[str]]
"""A row's number on the sheet from 1, and its cells."""

_LOOKED_AT = 40
_LONGEST_HEADING = 60
_FORM_WIDTH = 8

_REQUIRED = re.compile(
    r"^[*＊★※\s]+|[*＊★※\s]+$|[(（\[【]\s*(?:必填|必填项|必须|required)\s*[)）\]】]", re.IGNORECASE
)
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f"
_GAP_IN_WIDE = re.compile(rf"(?<=[{_WIDE}])\s+(?=[{_WIDE}])")

_MAIL_OR_LINK = re.compile(r"\S@\S+\.\S|https?://|www\.", re.IGNORECASE)
_COMPANY = re.compile(r"\S{2}(有限公司|有限責任公司|有限责任公司|股份公司|公司\(普通合伙\))|\S{3}集团$")
_FIELD_NAME = re.compile(
    r"(名称|名稱|姓名|名字|编号|編號|代码|代碼|代號|号码|號碼|电话|電話|手机|联系人|联系方式|邮箱|地址|住址|网址|網址|"
    r"日期|时间|時間|类型|類別|类别|行业|產業別|来源|状态|级别|等级|备注|说明|简介|规模|职位|职务|部门|负责人|"
    r"金额|数量|省份|城市|区域|地区|标签|需求|预算|记录|计划|性别|单位|公司|客户|序号|"
    r"\b(name|code|no\.?|number|id|phone|mobile|tel|e-?mail|address|city|state|country|date|time|type|status|"
    r"company|contact|title|industry|website|url|note|notes|remark|remarks))$",
    re.IGNORECASE,
)
_MONEY = re.compile(r"^[(（]?(?:人民币)?[百千万亿]*元[)）]?$")
# What stands in a row of units and hints below the headings, and never in a row of data alone.
_GROUP_WORD = re.compile(r"^[一二三四五六七八九十\d]+[、.．]\s*|(?:基本|主要)?(?:信息|资料|情况|记录)$")
_UNIT = re.compile(
    r"[(（](?:全称|单位|必填|选填|可选|文本|数字|日期|下拉|人民币|[^()（）]{0,2}[元人个家天年%])[^()（）]{0,12}[)）]|"
    r"(?:单位[:：]?)?(?:人民币)?[百千万亿]*元|人|人数|个|家|天|年|%|％|文本|文字|字符串?|数字|数值|整数|日期|时间|"
    r"下拉(?:选择|列表)?|单选|多选|必填|选填|可选|非必填|text|string|number|integer|date|required|optional|"
    r"yyyy[-/年]?mm[-/月]?dd日?(?: hh:mm)?",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_BEGINS_WITH_DATE = re.compile(r"\s*(19|20)\d\d\s*[-/.年]")

_FORM_FIELD = {"客户基本信息", "基本信息", "客户信息", "项目", "字段", "字段名称", "信息项", "field"}
_FORM_CONTENT = {"内容", "填写内容", "信息内容", "示例", "值", "content", "value"}
_FORM_NOTES = {"更新记录", "变更记录", "更新", "history", "updates"}


class Table(NamedTuple):
    """Where the table stands.

    Row numbers count from 1. A vertical form has its one record in ``record`` and what its third column says
    about each field in ``notes``; a table has its rows below ``header_row``. ``known`` counts known headings,
    ``beside`` is the column from 0 where another table of the same headings begins, 0 without one.
    """

    orientation: Literal["table", "vertical"]
    header_row: int
    first_data_row: int
    headings: tuple[str, ...]
    known: int
    record: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    beside: int = 0


def clean_heading(text: str) -> str:
    """Return a heading without line breaks, inner blanks, required mark and closing colon."""
    text = " ".join(_INVISIBLE.sub("", text).split())
    text = _GAP_IN_WIDE.sub("", text)
    return _REQUIRED.sub("", text).rstrip(":：").strip()


def headings_of(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the headings of a row, none twice: the second 电话 is ``电话 (2)``. Blank ones stay blank."""
    seen: set[str] = set()
    result = []
    for cell in cells:
        heading = name = clean_heading(cell)
        number = 1
        while name and name.casefold() in seen:
            number += 1
            name = f"{heading} ({number})"
        seen.add(name.casefold())
        result.append(name)
    while result and not result[-1]:
        result.pop()
    return tuple(result)


def find_table(rows: Sequence[NumberedRow], known: Known = lambda heading: False) -> Table:
    """Return where the table of a sheet is, judged by its first rows.

    Raises Refused: empty_sheet, no_header, sideways.
    """
    head = [
        (number, [cell.strip() for cell in cells]) for number, cells in rows if any(map(str.strip, cells))
    ]
    if not head:
        raise Refused("empty_sheet")
    hits = [sum(known(clean_heading(cell)) for cell in cells if cell) for _number, cells in head[:_LOOKED_AT]]
    form = _find_form(head, known, max(hits))
    if form:
        return form
    at = _known_header(head, hits)
    if at is None:
        at = _far_header(head, known)
    if at is None:
        at = next((at for at in range(len(hits)) if _reads_like_header(head, at, hits[at])), None)
    if at is None:
        at = next((at for at in range(len(hits)) if hits[at] == 1 and _heads_all(head, at)), None)
    if at is None:
        raise Refused("no_header")
    at, cells = _both_levels(head, at, known)
    number = head[at][0]
    units = _units(head, at, cells)
    first = number + 2 if units else number + 1
    names = [f"{cell}({unit})" if unit else cell for cell, unit in zip(cells, units or cells, strict=True)]
    hit = sum(known(clean_heading(cell)) for cell in cells if cell)
    beside = _beside(cells)
    headings = headings_of((names if units else cells)[: beside or None])
    return Table("table", number, first, headings, hit, beside=beside)


def _beside(cells: list[str]) -> int:
    """Return the column from 0 where the same headings begin again, each for another customer, 0 if nowhere.

    客户名称 | 电话 | | 客户名称 | 电话; a column for further contacts repeats others than the first.
    """
    names = [clean_heading(cell) for cell in cells]
    first = next((column for column, name in enumerate(names) if name), 0)
    for column in range(first + 2, len(names)):
        block = names[first:column]
        while block and not block[-1]:
            block.pop()
        if len(block) > 1 and all(block) and names[column : column + len(block)] == block:
            return column
    return 0


def _both_levels(head: list[tuple[int, list[str]]], at: int, known: Known) -> tuple[int, list[str]]:
    """Return the lower row of a header of two levels, blank cells filled from the upper one.

    联系人信息 stands over 姓名 and 电话, and 备注 beside it over nothing.
    """

    def means(text: str) -> bool:
        return bool(text) and known(clean_heading(text))

    number, cells = head[at]
    if at + 1 < len(head) and head[at + 1][0] == number + 1:
        lower = head[at + 1][1]
        filled = [column for column, cell in enumerate(lower) if cell]
        # No customer's row begins blank and holds nothing but names of fields.
        beside = any(not _at(cells, column) for column in filled) or not _at(lower, 0)
        grouped = beside or all(
            not means(_at(cells, column)) or (_at(lower, column + 1) and not _at(cells, column + 1))
            for column in filled
        )
        # What is merged downwards stands in both rows.
        own = [column for column in filled if lower[column] != _at(cells, column)]
        merged = 0 < len(own) < len(filled) and not any(_is_value(lower[column]) for column in own)
        if len(filled) > 1 and (merged or (grouped and all(means(lower[column]) for column in filled))):
            named = _named_by_group(lower, cells, means)
            return at + 1, [_at(named, i) or _at(cells, i) for i in range(max(len(cells), len(lower)))]
    if at and head[at - 1][0] == number - 1:
        upper = head[at - 1][1]
        if sum(map(bool, upper)) > 1:
            wide = max(len(cells), len(upper))
            cells = _named_by_group(cells, upper, means)
            cells = [_at(cells, i) or (_at(upper, i) if means(_at(upper, i)) else "") for i in range(wide)]
    return at, cells


def _named_by_group(lower: list[str], upper: list[str], means: Callable[[str], bool]) -> list[str]:
    """Return headings with that of their group where both mean something together: 跟进 over 时间."""
    named, group = list(lower), ""
    for column, cell in enumerate(lower):
        group = _at(upper, column) or group
        if cell and group and cell != group:
            for whole in (group + cell, _GROUP_WORD.sub("", group) + cell):
                if means(whole):
                    named[column] = whole
    return named


def _units(head: list[tuple[int, list[str]]], at: int, cells: list[str]) -> list[str] | None:
    """Return the unit of money under each heading where the row below holds units and hints, else None."""
    if at + 1 >= len(head) or head[at + 1][0] != head[at][0] + 1:
        return None
    below = head[at + 1][1]
    filled = [cell for cell in below if cell]
    if len(below) > len(cells) or not all(map(_UNIT.fullmatch, filled)):
        return None
    if len(filled) < 2 and len(cells) > 2:
        return None
    return [
        _at(below, column).strip("()（）") if _MONEY.search(_at(below, column)) else ""
        for column in range(len(cells))
    ]


def _known_header(head: list[tuple[int, list[str]]], hits: list[int]) -> int | None:
    best = max(range(len(hits)), key=lambda at: hits[at])
    if hits[best] >= 2:
        return best
    alone = all(len(list(filter(None, cells))) == 1 for _number, cells in head)
    return best if hits[best] == 1 and alone else None


def _far_header(head: list[tuple[int, list[str]]], known: Known) -> int | None:
    """Return a row of headings under pages of notes; further down only three known ones are proof enough."""
    for at in range(_LOOKED_AT, len(head)):
        if sum(known(clean_heading(cell)) for cell in head[at][1] if cell) >= 3:
            return at
    return None


def _reads_like_header(head: list[tuple[int, list[str]]], at: int, known: int) -> bool:
    cells = head[at][1]
    below = [row for _number, row in head[at + 1 : at + 31]]
    filled = [column for column, cell in enumerate(cells) if cell]
    names = [cells[column] for column in filled]
    usual = [
        column
        for column in range(max(map(len, below), default=0))
        if sum(column < len(row) and bool(row[column]) for row in below) * 2 >= len(below)
    ]
    if any(_is_value(name) for name in names) or len(set(names)) < 0.6 * len(names):
        return False
    if len(names) < 0.6 * len(usual):
        return False
    told = known + sum(bool(_FIELD_NAME.search(clean_heading(name))) for name in names)
    if len(names) == 1:
        return told > 0 and len(usual) <= 1
    if told >= 0.5 * len(names):
        return True
    return any(_mostly_values([row[column] for row in below if column < len(row)]) for column in filled)


def _heads_all(head: list[tuple[int, list[str]]], at: int) -> bool:
    """Tell whether each column below a row has a cell in it, and no row below repeats one of them."""
    names = head[at][1]
    below = [row for _number, row in head[at + 1 : at + 31]]
    wide = max(map(len, below), default=0)
    return wide > 1 and all(_at(names, c) for c in range(wide)) and not set(names) & set().union(*below)


def _mostly_values(cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and sum(map(_is_value, filled)) > 0.5 * len(filled)


def _is_value(text: str) -> bool:
    """Tell whether a cell is data on the face of it: a number, date, phone, mail, company or long text."""
    digits = sum(character.isdigit() or character in "*＊" for character in text.strip("*＊ "))
    dense = digits * 2 >= len("".join(text.split()))
    company = _COMPANY.search(text)
    return dense or bool(company) or len(text) > _LONGEST_HEADING or bool(_MAIL_OR_LINK.search(text))


def _find_form(head: list[tuple[int, list[str]]], known: Known, best_row: int) -> Table | None:
    """Find a form with one field a row (S4-09), by its headings or by known names in one column."""
    start = left = None
    noted = False
    for at, (_number, cells) in enumerate(head[:_LOOKED_AT]):
        names = [clean_heading(cell).casefold() for cell in cells]
        for column, (first, second) in enumerate(pairwise(names)):
            if first in _FORM_FIELD and second in _FORM_CONTENT:
                start, left = at + 1, column
                noted = column + 2 < len(names) and names[column + 2] in _FORM_NOTES
                break
        if start is not None:
            break
    headed = start is not None
    if start is None or left is None:
        start, left = 0, _known_column(head, known, best_row)
        if left is None:
            return None
        start = next(at for at, (_n, cells) in enumerate(head) if known(clean_heading(_at(cells, left))))
        thirds = [_at(cells, left + 2) for _n, cells in head[start:]]
        noted = any(map(_BEGINS_WITH_DATE.match, thirds))
    pairs = [left] if noted else [left, *_further_pairs(head[start:], left, known)]
    if not headed and not noted and len(pairs) == 1 and _is_sideways(head[start:], left):
        raise Refused("sideways")
    # Whatever else stands beside the only contents is a remark on them.
    noted = noted or (len(pairs) == 1 and any(_at(cells, left + 2) for _n, cells in head[start:]))
    labels: list[str] = []
    contents: list[str] = []
    notes: list[str] = []
    last: dict[int, int] = {}
    for _number, cells in head[start:]:
        for column in pairs:
            label, content = _at(cells, column), _at(cells, column + 1)
            note = _at(cells, column + 2) if noted else ""
            if label or column not in last:
                last[column] = len(labels)
                labels.append(label)
                contents.append(content)
                notes.append(note)
            else:  # a field that goes on in the next row
                at = last[column]
                contents[at] = "\n".join(filter(None, (contents[at], content)))
                notes[at] = "\n".join(filter(None, (notes[at], note)))
    headings = headings_of([*labels, "."])[:-1]
    first = head[start][0] if start < len(head) else head[-1][0] + 1
    hits = sum(known(heading) for heading in headings)
    header_row = head[start - 1][0] if start else 0
    return Table("vertical", header_row, first, headings, hits, tuple(contents), tuple(notes))


def _is_sideways(head: list[tuple[int, list[str]]], left: int) -> bool:
    """Tell whether each column beside the labels is a customer: three are filled, or two hold companies."""
    rows = [cells[left + 1 :] for _number, cells in head if _at(cells, left)]
    if any(all(_COMPANY.search(_at(row, column)) for column in (0, 1)) for row in rows):
        return True
    return all(2 * sum(bool(_at(row, column)) for row in rows) > len(rows) for column in (0, 1, 2))


def _further_pairs(head: list[tuple[int, list[str]]], left: int, known: Known) -> list[int]:
    """Return the columns right of a form's first pair that hold labels too: 客户名称 | … | 电话 | …"""
    found = []
    for column in range(left + 2, max((len(cells) for _number, cells in head), default=0), 2):
        labels = [cell for _number, cells in head if (cell := _at(cells, column))]
        hits = sum(known(clean_heading(label)) for label in labels)
        told = sum(label.endswith((":", "：")) or known(clean_heading(label)) for label in labels)
        if not hits or 3 * told < len(labels):
            break
        found.append(column)
    return found


def _known_column(head: list[tuple[int, list[str]]], known: Known, best_row: int) -> int | None:
    """Return the column whose cells are known headings, where that says more than any row does."""
    if max(len(list(filter(None, cells))) for _number, cells in head) > _FORM_WIDTH:
        return None
    for column in range(_FORM_WIDTH):
        labels = [clean_heading(cell) for _number, cells in head if (cell := _at(cells, column))]
        # 企业 in every row is a value and 公司1, 公司2 are names: the labels of a form differ.
        hits = len({_DIGITS.sub("", label) for label in labels if known(label)})
        if hits >= 3 and hits > best_row and 2 * hits >= len(set(labels)):
            return column
    return None


def _at(cells: Sequence[str], column: int) -> str:
    return cells[column] if column < len(cells) else ""
