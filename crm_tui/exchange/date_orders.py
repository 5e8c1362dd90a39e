"""Which columns of a sheet hold days, and in which order those with doubtful ones write them."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from datetime import date

from crm_tui.exchange.mapping import Mapping
from crm_tui.locale import _
from crm_tui.text.date_order import ORDERS, DateOrder

_PAST = frozenset((
    "last_followup", "first_contact_on", "founded_on", "contact_checked_at", "confirmed_at",
    "last_verified_at", "dormant_since",
))  # fmt: skip
_OTHER = frozenset(("next_plan", "project_start", "project_end"))
_PLAN = "next_plan"


def date_orders(mapping: Mapping, today: date) -> dict[int, DateOrder]:
    """Return for each column of days, by its index, what is to look at them."""
    return {
        one.index: DateOrder(today, past=one.field in _PAST, plan=one.field == _PLAN)
        for one in mapping.columns
        if one.field in _PAST or one.field in _OTHER
    }


def agree(orders: Dictionary[int, DateOrder]) -> None:
    """Read columns that leave their order open as the others of the sheet, which somebody wrote alike."""
    for one in orders.values():
        for other in orders.values():
            one.lean(other)


def orders_told(orders: Dictionary[int, DateOrder], headings: Sequence[str]) -> list[str]:
    """Return a sentence for each column of whose dates some were read as the others say."""
    text = _("Dates such as {example} of “{heading}” were read as {order}: the other dates tell.")
    return [
        text.format(example=one.example, heading=headings[at], order=_(ORDERS[one.order_of(one.example)]))
        for at, one in orders.items()
        if one.example
    ]
