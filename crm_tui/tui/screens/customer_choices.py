"""The fields by which customers are filtered and their values, as they are offered while one types."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from crm_tui.customers.filter_fields import OPS, FilterField
from crm_tui.customers.filter_hidden import shown_fields
from crm_tui.locale import _
from crm_tui.presets.store import Dictionary
from crm_tui.tui.screens.list_candidates import Choosable, Value

DAYS = ("7", "30", "90")


def choosables(
    words: Dictionary, names: Mapping[int, str], tags: Sequence[str], hidden: Collection[str] = ()
) -> list[Choosable]:
    """Return every field with its values, in the order in which they are offered.

    ``hidden`` are the groups of fields that the policy hides: what is about them is not offered.
    """
    return [_choosable(one, words, names, tags) for one in shown_fields(hidden)]


def _choosable(
    one: FilterField, words: Dictionary, names: Mapping[int, str], tags: Sequence[str]
) -> Choosable:
    ops = OPS[one.kind]
    values = [Value(label, spellings=(value,)) for value, label in one.choices(words, names, tags)]
    for op, sign, note in (("over", ">", _("longer ago than")), ("within", "<", _("within the last"))):
        if op in ops:
            note = "" if one.kind in ("due", "late") else note
            values += [Value(_("{n}d").format(n=days), note, operator=sign) for days in DAYS]
    if "some" in ops:
        values += [Value(_("any"), spellings=("some",)), Value(_("none"), spellings=("none",))]
    sample = " ".join(value.text for value in values[:4] if not value.operator)
    return Choosable(one.title, ":", tuple(values), (one.name, *one.keys), sample)
