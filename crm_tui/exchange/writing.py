"""Writes the prepared customers of an import inside an open change, many rows by few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any

from crm_tui.customers import ahead
from crm_tui.customers.ahead import Expected, Made
from crm_tui.exchange import store
from crm_tui.exchange.store_staging import Operation
from crm_tui.presets import store as presets
from crm_tui.storage import numbering
from crm_tui.storage.change import Change
from crm_tui.text.fold import fold, tidy
from crm_tui.text.natural import natural_key

Rows = list[dict[str, Any]]


def add_customers(
    change: Change,
    operations: Sequence[Operation],
    sheet: str,
    first_id: int,
    day: date,
    moved: Moved,
    made: Mapping[int, Made] | None = None,
) -> list[int]:
    """Add customers with all that hangs on them, with ids from ``first_id`` on; return the rows left out.

    A row is left out when its number is taken, or its name or code came in since the plan was made. ``made``
    is what is derived of some, by row.
    """
    _new_words(change, operations)
    connection = change.connection
    wanted = [one.content["customer"].get("no") for one in operations]
    taken = store.taken(connection, {no for no in wanted if no})
    left: list[int] = []
    live: list[tuple[int, Operation]] = []
    for offset, one in enumerate(operations):
        customer = one.content["customer"]
        if customer.get("no") in taken or moved.holds(customer):
            left.append(one.row)
        else:
            live.append((first_id + offset, one))
    wanting = sum(not one.content["customer"].get("no") for _id, one in live)
    numbers = iter(_numbers(change, wanting, day))
    tables: dict[str, Rows] = {}
    tags: list[tuple[int, list[str]]] = []
    expected: dict[int, Expected] = {}
    for customer_id, (row_number, content, cells) in live:
        customer = content["customer"]
        customer["id"] = customer_id
        customer["no"] = customer.get("no") or next(numbers)
        customer["no_sort"] = natural_key(customer["no"])
        if made and row_number in made:
            expected[customer_id] = Expected(made[row_number], customer["no"], customer["owner_id"])
        tables.setdefault("customer", []).append(customer)
        for position, contact in enumerate(content.get("contacts", ())):
            row = {"is_primary": int(position == 0), **contact, "position": position}
            tables.setdefault("contact", []).append({**row, "customer_id": customer_id})
        for project in content.get("projects", ()):
            tables.setdefault("project", []).append({**project, "customer_id": customer_id})
        _followups(change, tables, customer_id, customer["owner_id"], content)
        _aliases(tables, customer_id, content.get("aliases", ()), set())
        if content.get("tags"):
            tags.append((customer_id, content["tags"]))
        tables.setdefault("imported_row", []).append(
            {"customer_id": customer_id, "sheet": sheet, "cells": cells}
        )
    _one_primary(tables.get("contact", []))
    for table in ("customer", "contact", "project", "customer_alias", "activity", "plan", "imported_row"):
        _insert(change, table, tables.get(table, []))
    _tag(change, tags)
    if expected:
        ahead.expect(change.set_id, expected)
    return left


def aliases_of(content: dict[str, Any]) -> list[tuple[str, str]]:
    """Return kind and name of the other names that a new customer gets."""
    tables: dict[str, Rows] = {}
    _aliases(tables, 0, content.get("aliases", ()), set())
    return [(row["kind"], row["name"]) for row in tables.get("customer_alias", ())]


def update_customers(change: Change, operations: Sequence[Operation], sheet: str) -> list[int]:
    """Change present customers; return the rows whose customer has moved since the plan was made."""
    _new_words(change, operations)
    connection = change.connection
    left: list[int] = []
    tables: dict[str, Rows] = {}
    tags: list[tuple[int, list[str]]] = []
    for one in operations:
        content, customer_id = one.content, one.content["id"]
        fresh = not content.get("kept")
        if not store.unmoved(connection, [tuple(each) for each in content["seen"]]) or (
            fresh and store.remembers(connection, customer_id, sheet)
        ):
            left.append(one.row)
            continue
        if content.get("customer"):
            change.update("customer", customer_id, content["customer"])
        for contact_id, values in content.get("contacts", ()):
            if contact_id is not None:
                change.update("contact", contact_id, values)
                continue
            position = store.next_position(connection, customer_id)
            primary = int(not store.has_primary(connection, customer_id))
            row = {**values, "is_primary": primary, "position": position, "customer_id": customer_id}
            change.insert("contact", row)
        for project_id, values in content.get("projects", ()):
            if project_id is not None:
                change.update("project", project_id, values)
            else:
                tables.setdefault("project", []).append({**values, "customer_id": customer_id})
        for plan_id in store.untouched_plans(connection, customer_id, content.get("old_plan") or "\x00"):
            change.update("plan", plan_id, {"state": "cancelled"})
        owner = content.get("customer", {}).get("owner_id") or store.owner_of(connection, customer_id)
        _followups(change, tables, customer_id, owner, content)
        if content.get("aliases"):
            known = store.alias_keys_of(connection, customer_id)
            _aliases(tables, customer_id, content["aliases"], known)
        if content.get("tags"):
            tags.append((customer_id, content["tags"]))
        if fresh:
            row = {"customer_id": customer_id, "sheet": sheet, "cells": one.cells}
            tables.setdefault("imported_row", []).append(row)
        else:
            cells = one.cells
            if "veiled" in content:
                cells = store.with_hidden(connection, content["kept"], cells)
            change.update("imported_row", content["kept"], {"cells": cells})
    for table in ("project", "customer_alias", "activity", "plan", "imported_row"):
        _insert(change, table, tables.get(table, []))
    _tag(change, tags)
    return left


class Moved:
    """Keys of customers that came in or changed after the plan was made."""

    def __init__(self, codes: set[str], names: set[str]) -> None:
        self.codes = codes
        self.names = names

    def holds(self, customer: dict[str, Any]) -> bool:
        """Tell whether a new customer may be one of them."""
        return customer.get("uscc_key") in self.codes or customer.get("name_key") in self.names


def _new_words(change: Change, operations: Sequence[Operation]) -> None:
    words = dict.fromkeys(tuple(word) for one in operations for word in one.content.get("words", ()))
    if words:
        # Read inside the write: it may run a second time after the first was rolled back.
        known = presets.dictionary(change.connection)
        for kind, text in words:
            presets.add_word(change, known, kind, text)


def _numbers(change: Change, count: int, day: date) -> list[str]:
    found: list[str] = []
    while len(found) < count:
        fresh = numbering.allocate(change.connection, "customer", day, count - len(found))
        used = store.taken(change.connection, fresh)
        found += [number for number in fresh if number not in used]
    return found


def _followups(
    change: Change, tables: dict[str, Rows], customer_id: int, owner: int, content: dict[str, Any]
) -> None:
    base = {"customer_id": customer_id, "origin": "import"}
    if activity := content.get("activity"):
        by = {} if "by_id" in activity or "by_text" in activity else {"by_id": owner}
        tables.setdefault("activity", []).append({**by, **activity, **base})
    if plan := content.get("plan"):
        tables.setdefault("plan", []).append({**plan, "owner_id": plan.get("owner_id") or owner, **base})


def _aliases(
    tables: dict[str, Rows], customer_id: int, names: Sequence[tuple[str, str]], known: set[str]
) -> None:
    for name, kind in names:
        key = fold(name)
        if key and key not in known:
            known.add(key)
            row = {"customer_id": customer_id, "name": name, "name_key": key, "kind": kind}
            tables.setdefault("customer_alias", []).append(row)


def _one_primary(contacts: Rows) -> None:
    """Where the sheet says who is the main contact, nobody else is."""
    said: dict[int, int] = {}
    for row in contacts:
        if row["is_primary"] and row["position"]:
            said.setdefault(row["customer_id"], row["position"])
    for row in contacts:
        if row["customer_id"] in said:
            row["is_primary"] = int(row["position"] == said[row["customer_id"]])


def _tag(change: Change, wanted: Sequence[tuple[int, list[str]]]) -> None:
    if not wanted:
        return
    ids = store.tag_ids(change.connection)
    links: Rows = []
    for customer_id, names in wanted:
        linked = store.linked(change.connection, customer_id)
        for name in names:
            key = fold(name)
            if not key:
                continue
            if key not in ids:
                ids[key] = change.insert("tag", {"name": tidy(name), "name_key": key})
            if ids[key] not in linked:
                linked.add(ids[key])
                links.append({"customer_id": customer_id, "tag_id": ids[key]})
    _insert(change, "tag_link", links)


def _insert(change: Change, table: str, rows: Rows) -> None:
    if not rows:
        return
    names = list(dict.fromkeys(name for shape in dict.fromkeys(map(tuple, rows)) for name in shape))
    nothing, values = dict.fromkeys(names), itemgetter(*names)
    whole = (row if len(row) == len(names) else {**nothing, **row} for row in rows)
    change.insert_many(table, names, map(values, whole))
