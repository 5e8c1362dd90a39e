"""What a list can be filtered by: the conditions as data, and the fields they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeGuard

from crm_tui.access.verbs import GROUPS
from crm_tui.errors import BadInput
from crm_tui.locale import N_, _
from crm_tui.presets.store import Dictionary
from crm_tui.text.fold import fold

DEEPEST = 12
MOST = 60  # conditions of one filter
MOST_VALUES = 200
ME = "me"


@dataclass(frozen=True, slots=True)
class Condition:
    """One fact about a customer: ``op`` is one of OPS of the field's kind, ``values`` as it asks for."""

    field: str
    op: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Any_:
    """At least one part holds."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not_:
    """The part does not hold."""

    part: Filter


Filter = Condition | All | Any_ | Not_

# By kind of field the operations and how many values each takes (None: one or more).
OPS: dict[str, dict[str, int | None]] = {
    "word": {"is": None, "none": 0, "some": 0},
    "person": {"is": None},
    "tag": {"is": None, "none": 0, "some": 0},
    "place": {"is": None, "none": 0, "some": 0},
    "past": {"over": 1, "within": 1, "in": 2, "period": 1, "none": 0, "some": 0},
    "event": {"over": 1, "within": 1, "in": 2, "period": 1},
    "due": {"over": 1, "within": 1, "in": 2, "period": 1, "none": 0, "some": 0},
    "late": {"over": 1, "within": 1, "some": 0, "none": 0},
    "has": {"some": 0, "none": 0},
    "text": {"is": None},
    "name": {"is": None},
}
WRITTEN = ("text", "name")  # what is looked for in a text, anywhere
# Stretches of days that move along with today.
PERIODS: dict[str, str] = {
    "today": N_("today"),
    "yesterday": N_("yesterday"),
    "tomorrow": N_("tomorrow"),
    "week": N_("this-week"),
    "last_week": N_("last-week"),
    "next_week": N_("next-week"),
    "month": N_("this-month"),
    "last_month": N_("last-month"),
    "next_month": N_("next-month"),
    "quarter": N_("this-quarter"),
    "year": N_("this-year"),
    "last_year": N_("last-year"),
    "overdue": N_("overdue"),
}


@dataclass(frozen=True, slots=True)
class FilterField:
    """Something to filter by; ``keys`` are further ways to write its name.

    ``groups``: which groups of sensitive fields tell of it, so that it is hidden with any of them.
    """

    name: str
    label: str
    kind: str
    keys: tuple[str, ...] = ()
    word_kind: str = ""
    groups: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Return the name in the language in use, as the text of a filter has it."""
        return _(self.label)

    def choices(
        self, words: Dictionary, names: Mapping[int, str], tags: Sequence[str] = ()
    ) -> list[tuple[str, str]]:
        """Return (value, label) to choose from; none where any text or day may be given."""
        if self.kind == "word":
            return words.choices(self.word_kind)
        if self.kind == "person":
            return [(ME, _("me")), *((str(key), name) for key, name in names.items())]
        if self.kind == "tag":
            return [(name, name) for name in tags]
        if self.kind in ("past", "event", "due"):
            return [(key, _(PERIODS[key])) for key in of(self)]
        if self.name in ("region", "province"):
            from crm_tui.text.regions import provinces, region_of, short_name

            name_of = region_of if self.name == "region" else short_name
            return [(name, name) for name in dict.fromkeys(map(name_of, provinces()))]
        return []


PAST = ("today", "yesterday", "week", "last_week", "month", "last_month", "quarter", "year", "last_year")
COMING = (
    *("overdue", "today", "yesterday", "tomorrow", "week", "last_week", "next_week", "month", "last_month"),
    *("next_month", "quarter", "year"),
)


def of(field: FilterField) -> tuple[str, ...]:
    """Return the periods that a field of days takes."""
    return COMING if field.kind == "due" else PAST


def _word(name: str, label: str, *keys: str, kind: str = "") -> FilterField:
    return FilterField(name, label, "word", keys, kind or name)


FILTER_FIELDS: dict[str, FilterField] = {
    one.name: one
    for one in (
        FilterField("name", N_("name"), "name", ("客户名称", "公司名称", "mc")),
        _word("status", N_("status"), "客户状态", "客户类型", "类型", "zt", "khlx"),
        _word("industry", N_("industry"), "行业", "所属行业", "hy"),
        _word("stage", N_("stage"), "跟进阶段", "跟进状态", "jd", "gjjd"),
        _word("level", N_("level"), "客户等级", "dj"),
        FilterField("owner", N_("owner"), "person", ("跟进人", "fzr")),
        FilterField("tag", N_("tag"), "tag", ("客户标签", "tags", "bq")),
        _word("source", N_("source"), "客户来源", "ly"),
        _word("category", N_("category"), "客户分类", "fl"),
        _word("intent", N_("intent"), "意向程度", "合作意向", "yx"),
        _word("size", N_("size"), "企业规模", "规模类别", "gm", kind="size_class"),
        FilterField("region", N_("region"), "place", ("地区", "qy")),
        FilterField("province", N_("province"), "place", ("省份", "s")),
        FilterField("city", N_("city"), "place", ("城市", "cs")),
        FilterField("created", N_("created"), "event", ("创建时间", "录入", "cj")),
        FilterField("changed", N_("changed"), "event", ("更新", "更新时间", "修改时间", "xg")),
        FilterField(
            "last", N_("last-contact"), "past", ("last", "最近联系", "最后跟进", "最后跟进时间", "zjgj")
        ),
        FilterField(
            "due", N_("next-step"), "due", ("due", "下次", "下次联系", "下一步", "下次跟进计划", "xcgj")
        ),
        FilterField("late", N_("late"), "late", ("late", "逾期", "yq")),
        FilterField("contact", N_("contact"), "has", ("有联系人", "联系人姓名", "lxr")),
        FilterField("phone", N_("phone"), "has", ("手机", "dh"), groups=("contact",)),
        FilterField("plan", N_("plan"), "has", ("跟进计划", "jh")),
        FilterField("incomplete", N_("incomplete"), "has", ("dbq",), groups=tuple(GROUPS)),
        FilterField("doubtful", N_("doubtful"), "has", ("dhd",), groups=tuple(GROUPS)),
        FilterField("text", N_("text"), "text", ("包含", "文字")),
    )
}


_COLUMN = {
    "tag": "tags", "size": "size_class", "created": "created_at", "changed": "changed_at",
    "last": "last_followup", "due": "next_plan", "contact": "contact_name",
}  # fmt: skip


@lru_cache(maxsize=1)
def field_keys() -> dict[str, str]:
    """Return folded way of writing -> name of the field, in both languages."""
    from crm_tui.customers.fields import FIELDS
    from crm_tui.locale import translations

    found: dict[str, str] = {}
    for one in FILTER_FIELDS.values():
        for key in (one.name, *translations(one.label), one.label, *one.keys):
            found.setdefault(_bare(key), one.name)
    # A column of a list may be named by its title: "Last follow-up".
    for name in FILTER_FIELDS:
        title = FIELDS.get(_COLUMN.get(name, name))
        for key in (title.label, *translations(title.label)) if title else ():
            found.setdefault(_bare(key), name)
    return found


def field_called(text: str) -> str | None:
    """Return the name of the field that a text names; blanks and hyphens in it do not matter."""
    return field_keys().get(_bare(text))


def _bare(text: str) -> str:
    return fold(text).replace("-", "")


def conditions(tree: Filter | None) -> Iterator[Condition]:
    """Yield every condition of a filter."""
    if isinstance(tree, Condition):
        yield tree
    elif isinstance(tree, Not_):
        yield from conditions(tree.part)
    elif tree is not None:
        for part in tree.parts:
            yield from conditions(part)


def has_values(one: Condition) -> bool:
    """Tell whether a condition is one on the values of a column."""
    return FILTER_FIELDS[one.field].kind not in ("tag", *WRITTEN)


def has_span(tree: Filter) -> TypeGuard[Condition]:
    """Tell whether a filter is a condition on times, whose customers have ids near each other."""
    return isinstance(tree, Condition) and FILTER_FIELDS[tree.field].kind in ("event", "past")


def plain(tree: Filter) -> Filter:
    """Return a filter that means the same without needless nesting."""
    if isinstance(tree, Not_):
        part = plain(tree.part)
        return part.part if isinstance(part, Not_) else Not_(part)
    if isinstance(tree, Condition):
        return tree
    kind = type(tree)
    parts: list[Filter] = []
    for part in map(plain, tree.parts):
        parts += part.parts if isinstance(part, kind) else [part]
    parts = list(dict.fromkeys(parts))
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def to_data(tree: Filter | None) -> Any:
    """Return a filter as lists and texts, for JSON."""
    if tree is None:
        return None
    if isinstance(tree, Condition):
        return [tree.field, tree.op, *tree.values]
    if isinstance(tree, Not_):
        return ["not", to_data(tree.part)]
    return ["and" if isinstance(tree, All) else "or", *map(to_data, tree.parts)]


def from_data(data: Any) -> Filter | None:
    """Return the filter of ``to_data``; raises BadInput when it is none of ours."""
    if data is None:
        return None
    tree = _from_data(data, 0)
    if sum(1 for _one in conditions(tree)) > MOST:
        raise not_ours()
    return plain(tree)


def _from_data(data: Any, depth: int) -> Filter:
    if not isinstance(data, list) or len(data) < 2 or depth > DEEPEST:
        raise not_ours()
    head, *rest = data
    if head == "not" and len(rest) == 1:
        return Not_(_from_data(rest[0], depth + 1))
    if head in ("and", "or"):
        parts = tuple(_from_data(one, depth + 1) for one in rest)
        return All(parts) if head == "and" else Any_(parts)
    if not all(isinstance(one, str) for one in data):
        raise not_ours()
    return checked(Condition(head, rest[0], tuple(rest[1:])))


def checked(one: Condition) -> Condition:
    """Return a condition that is well formed; raises BadInput otherwise."""
    field = FILTER_FIELDS.get(one.field)
    if field is None or one.op not in OPS[field.kind] or "\0" in "".join(one.values):
        raise not_ours()
    wanted = OPS[field.kind][one.op]
    if wanted is None and not 0 < len(one.values) <= MOST_VALUES:
        raise not_ours()
    if wanted is not None and len(one.values) != wanted:
        raise not_ours()
    if one.op in ("over", "within") and not (one.values[0].isascii() and one.values[0].isdigit()):
        raise not_ours()
    if one.op in ("over", "within") and len(one.values[0]) > 5:
        raise not_ours()
    if one.op == "period" and one.values[0] not in of(field):
        raise not_ours()
    if one.op == "in":
        _check_days(one.values)
    if field.kind == "person" and not all(
        value == ME or (value.isascii() and value.isdigit()) for value in one.values
    ):
        raise not_ours()
    return one


def _check_days(values: tuple[str, ...]) -> None:
    from datetime import date

    try:
        days = [date.fromisoformat(value) for value in values if value]
    except ValueError as error:
        raise not_ours() from error
    if not days or any(len(value) not in (0, 10) for value in values):
        raise not_ours()


def not_ours() -> BadInput:
    """Return the sentence for a filter that cannot be read."""
    return BadInput(_("The filter cannot be read."), _("Nothing was changed."), _("Put it together anew."))
