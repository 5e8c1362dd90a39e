"""Numbers such as C20240501001: allocated inside the write, never given twice, imported ones respected.

Templates are data (table numbering): literals, {YYYY}, {YYYYMMDD}, {region}, {channel}, {seq:n}. The counter
belongs to the text before it (scope day or year) and never goes back, not even by undo.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from crm_tui.storage.driver import sqlite3

TEMPLATE = "SELECT template, scope FROM numbering WHERE entity = :entity AND deleted_at IS NULL"
COUNTER = "SELECT value FROM number_counter WHERE entity = :entity AND prefix = :prefix"
ADVANCE = (
    "INSERT INTO number_counter (entity, prefix, value) VALUES (:entity, :prefix, :value)"
    " ON CONFLICT (entity, prefix) DO UPDATE SET value = :value WHERE number_counter.value < :value"
)
SEQUENCE = re.compile(r"\{seq:(\d+)\}")
DEFAULT = ("C{YYYYMMDD}{seq:3}", "day")


def template_of(connection: sqlite3.Connection, entity: str) -> tuple[str, str]:
    """Return the template and counter scope of an entity's numbers."""
    row = connection.execute(TEMPLATE, {"entity": entity}).fetchone()
    return (row[0], row[1]) if row else DEFAULT


def _filled(template: str, day: date, tokens: Mapping[str, str]) -> str:
    values = {"YYYY": f"{day:%Y}", "YYYYMMDD": f"{day:%Y%m%d}", **tokens}
    return re.sub(r"\{(YYYYMMDD|YYYY|region|channel)\}", lambda m: values.get(m[1], ""), template)


def _counter_name(template: str, scope: str, day: date, filled: str) -> str:
    if scope == "none":
        return template
    if scope == "year":
        return f"{template} {day:%Y}"
    return filled


def allocate(
    connection: sqlite3.Connection,
    entity: str,
    day: date,
    count: int = 1,
    tokens: Mapping[str, str] | None = None,
    taken: Iterable[str] = (),
) -> list[str]:
    """Return ``count`` new numbers of an entity for a day and move the counter past them.

    ``taken`` are numbers that may not be given although the counter has not reached them. Call it inside the
    write transaction.
    """
    template, scope = template_of(connection, entity)
    filled = _filled(template, day, tokens or {})
    prefix = _counter_name(template, scope, day, filled)
    row = connection.execute(COUNTER, {"entity": entity, "prefix": prefix}).fetchone()
    value = row[0] if row else 0
    used = set(taken)
    numbers: list[str] = []
    while len(numbers) < count:
        value += 1
        number = SEQUENCE.sub(lambda m, v=value: f"{v:0{m[1]}d}", filled)
        if number not in used:
            numbers.append(number)
    connection.execute(ADVANCE, {"entity": entity, "prefix": prefix, "value": value})
    return numbers


def observe(connection: sqlite3.Connection, entity: str, numbers: Iterable[str]) -> None:
    """Move the counters forward past numbers that came from outside and fit the entity's template."""
    template, scope = template_of(connection, entity)
    pattern = _pattern(template)
    highest: dict[str, int] = {}
    for number in numbers:
        found = pattern.fullmatch(number)
        if not found:
            continue
        groups = found.groupdict()
        filled = template
        for name in ("YYYYMMDD", "YYYY", "region", "channel"):
            filled = filled.replace("{" + name + "}", groups.get(name) or "")
        year = (groups.get("YYYYMMDD") or groups.get("YYYY") or "")[:4]
        prefix = {"none": template, "year": f"{template} {year}"}.get(scope, filled)
        highest[prefix] = max(highest.get(prefix, 0), int(groups["seq"]))
    for prefix, value in highest.items():
        connection.execute(ADVANCE, {"entity": entity, "prefix": prefix, "value": value})


def _pattern(template: str) -> re.Pattern[str]:
    parts = {"YYYYMMDD": r"\d{8}", "YYYY": r"\d{4}", "region": r"[A-Z]{0,4}", "channel": r"[A-Z]{0,6}"}
    text = ""
    for piece in re.split(r"(\{[^}]*\})", template):
        name = piece.strip("{}")
        if piece.startswith("{seq:"):
            text += r"(?P<seq>\d{1,12})"
        elif piece.startswith("{") and name in parts:
            text += f"(?P<{name}>{parts[name]})"
        else:
            text += re.escape(piece)
    return re.compile(text)
