"""Sheets that are not taken for their headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from crm_tui.errors import BadInput
from crm_tui.exchange.recognising import special
from crm_tui.locale import _
from crm_tui.presets.headings import Heading

_OF_CUSTOMER = re.compile("客户|客戶|公司|单位|單位|企业|企業|名称|名稱|name|company|account", re.IGNORECASE)

if TYPE_CHECKING:
    from crm_tui.exchange.mapping import ColumnMap


def refuse_other_sheets(columns: Sequence[ColumnMap], parsed: Sequence[Heading]) -> None:
    """Raise BadInput for a sheet of leads or of another list that hangs on customers."""
    keys = {key for one in parsed for key in one.keys}
    fields = {one.field for one in columns}
    todo = _("Import a sheet of customers; it needs a column 客户名称 or 客户编号.")
    lead = next((one.heading for one in columns if set(parsed[one.index].keys) & special("lead")), "")
    if lead and not {"no", "status"} & fields:
        what = _("This is a sheet of leads (column “{heading}”); leads cannot be imported yet.")
        raise BadInput(what.format(heading=lead), _("Nothing was written."), todo)
    if keys & special("other_sheet") and "name" not in fields:
        heading = next(one.heading for one in columns if set(parsed[one.index].keys) & special("other_sheet"))
        what = _("This sheet lists something other than customers (column “{heading}”).")
        raise BadInput(what.format(heading=heading), _("Nothing was written."), todo)


def no_key(columns: Sequence[ColumnMap]) -> BadInput:
    """Return the refusal of a sheet whose customers have neither name nor number."""
    seen = [one.heading.strip() for one in columns if one.heading.strip()]
    what = _("No column holds the customer's name or number. The headings found: {headings}.")
    todo = _("Head one column 客户名称, or say which it is: --map name={heading}")
    return BadInput(
        what.format(headings="、".join(seen[:8]) + ("…" if len(seen) > 8 else "") if seen else "-"),
        _("Nothing was written."),
        todo.format(heading=next(filter(_OF_CUSTOMER.search, seen), seen[0]) if seen else "HEADING"),
    )
