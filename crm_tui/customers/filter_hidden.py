"""Conditions on what a policy hides of some customers: refused, for who is in a list would tell of it.

They are not asked over the masked fields: a customer whose phone is hidden would be one without a phone then.
"""

from __future__ import annotations

from collections.abc import Collection

from crm_tui.customers.filter_fields import FILTER_FIELDS, All, Filter, FilterField, conditions
from crm_tui.errors import BadInput
from crm_tui.locale import _


def is_hidden(field: FilterField, hidden: Collection[str]) -> bool:
    """Tell whether a field is about any of some hidden groups of fields."""
    return any(group in hidden for group in field.groups)


def shown_fields(hidden: Collection[str]) -> list[FilterField]:
    """Return the fields that somebody from whom some groups of fields are hidden may filter by."""
    return [one for one in FILTER_FIELDS.values() if not is_hidden(one, hidden)]


def refused(field: FilterField) -> BadInput:
    """Return the sentence for a condition on a hidden field; whatever the field holds, it is the same."""
    return BadInput(
        _("“{field}” is not shown to your role for every customer: lists cannot be filtered by it.").format(
            field=field.title
        )
    )


def demand_shown(tree: Filter | None, hidden: Collection[str]) -> None:
    """Raise BadInput when a filter asks for a field that is hidden."""
    for one in conditions(tree):
        field = FILTER_FIELDS[one.field]
        if is_hidden(field, hidden):
            raise refused(field)


def without_hidden(tree: Filter | None, hidden: Collection[str]) -> Filter | None:
    """Return a filter without what asks for hidden fields; None when nothing is left.

    Of what must all hold the other parts stay; what may hold instead of a hidden part goes with it.
    """
    if tree is None or not any(is_hidden(FILTER_FIELDS[one.field], hidden) for one in conditions(tree)):
        return tree
    if not isinstance(tree, All):
        return None
    left = [part for part in (without_hidden(part, hidden) for part in tree.parts) if part is not None]
    return left[0] if len(left) == 1 else All(tuple(left)) if left else None
