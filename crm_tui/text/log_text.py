"""The days in a log that somebody kept in one cell: 【2024-03-01】初次拜访；2024.3.10 送样."""

from __future__ import annotations

import datetime as dt
import re

from crm_tui.text.cell_dates import parse_cell_date

_ENTRY = re.compile(
    r"(?:^|[\n；;。])[ \t\u3000]{0,4}(?:[0-9①-⑳]{0,2}[、.)）] {0,2})?[【\[(（]? {0,2}"
    r"((?:19|20)[0-9]{2} ?[-/.年] ?[0-9]{1,2} ?[-/.月] ?[0-9]{1,2}(?![0-9]) ?[日号]?)"
)


def last_entry(text: str, today: dt.date) -> dt.date | None:
    """Return the last day by which an entry begins, None where none has a whole date or it is yet to come."""
    found = [parse_cell_date(written, today=today) for written in _ENTRY.findall(text)]
    days = [one.date for one in found if one and not one.flag]
    return max(days, default=None) if len(days) == len(found) else None
