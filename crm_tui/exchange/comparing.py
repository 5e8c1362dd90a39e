"""What the changed cells of a sheet move in a customer that is there already.

Only cells that differ from those last imported count, so an old sheet never reverts what a colleague did
since. A blank cell is no cell: it erases nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from crm_tui import clock
from crm_tui.access.masks import hidden_name
from crm_tui.customers import convert
from crm_tui.customers.fields import Field
from crm_tui.exchange.chains import UNREAD_CHAIN, join_chain
from crm_tui.exchange.kept import cell_key, entry
from crm_tui.exchange.preparing import COMPOSITE, FOLLOWUP, Prepared, Preparer
from crm_tui.exchange.store import Followups, Memory
from crm_tui.locale import N_
from crm_tui.presets.progress import write_progress
from crm_tui.text.fold import fold, tidy

KEEPS_NUMBER = N_("The customer keeps its own number")
KEEPS_NAME = N_("The customer keeps its present name")
KEEPS_OWNER = N_("The customer keeps its owner: your role may not hand it over")
MASK = "*"
MASKED = ("name", "mobile", "office_phone", "email", "wechat", "work_chat")
Row = dict[str, Any]


class Present(NamedTuple):
    """A customer as it is: its row, live contacts and projects by column name, what sheets gave last."""

    customer: Row
    contacts: Sequence[Row]
    projects: Sequence[Row]
    followups: Followups
    memory: Memory


class Changes(NamedTuple):
    """What an update writes: content by kind, the rows it read, kept cells, and [field, old, new]."""

    content: dict[str, Any]
    seen: list[list[Any]]
    cells: dict[str, list[Any]]
    moves: list[list[str]]
    prepared: Prepared


def changes_of(
    preparer: Preparer, cells: Mapping[str, str], present: Present, uscc_key: str, *, sound: bool
) -> Changes:
    """Return what the cells of a customer on the sheet change in the present one."""
    memory = present.memory
    changed = {key for key, text in cells.items() if not memory.knows(key, text)}
    changed -= {key for key in changed if _is_shown(preparer, key, cells[key], present.customer)}
    targets = _targets(preparer, cells, changed, present)
    changed -= {key for key in changed if _is_told(preparer, key, cells[key], targets)}
    if "note" in changed:
        # A new note replaces the old one; the lines of columns without a field stand below it again.
        changed |= {key for key in cells if key.startswith(("=", "@"))}
    prepared = preparer.prepare(cells, changed, present.customer, sound=sound)
    _drop_known(preparer, prepared, present.followups)
    join_chain(prepared.chain, prepared.contacts, present.contacts, targets)
    customer = _customer(prepared, present, changed, uscc_key)
    content: dict[str, Any] = {}
    seen: list[list[Any]] = []
    finals: dict[tuple[str, int], Row] = {}
    if customer:
        content["customer"] = customer
    for entity, rows in (("contact", prepared.contacts), ("project", prepared.projects)):
        for slot in sorted(rows):
            target = targets.get((entity, slot))
            values = _differing(rows[slot], target or {}, entity)
            finals[entity, slot] = {**(target or {}), **values}
            if entity == "project" and target is None and not values.get("name"):
                values["name"] = values.get("contract_no") or present.customer["name"] or ""
            if not values:
                continue
            if target is not None:
                seen.append([entity, target["id"], target["changed_in"]])
            content.setdefault(f"{entity}s", []).append([target["id"] if target else None, values])
    for name, value in (("tags", prepared.tags), ("aliases", prepared.aliases), ("words", prepared.words)):
        if value:
            content[name] = value
    for name in ("activity", "plan"):
        if value := getattr(prepared, name):
            content[name] = value
    plans = {key: memory.last(key) for key in ("next_plan", "next_plan#2")}
    if prepared.plan and any(plans.values()):
        content["old_plan"] = preparer.plan_text({key: last[0] for key, last in plans.items() if last})
    final = {**present.customer, **customer}
    # A cell that another kind of sheet gave before is this one's from now on.
    lent = {key: memory.last(key) for key in cells if key not in changed and key not in memory.own}
    kept = {**memory.own, **{key: cell for key, cell in lent.items() if cell}}
    if "note" in customer and "note" in kept and kept["note"][1] == present.customer["note"]:
        kept["note"] = [kept["note"][0], customer["note"]]
    moves: list[list[str]] = []
    for key in cells:
        if key not in changed:
            continue
        source = preparer.sources.get(key)
        one = source.field if source else None
        record, old = final, present.customer
        if one and source and one.entity in ("contact", "project"):
            record = finals.get((one.entity, source.slot), {})
            old = targets.get((one.entity, source.slot)) or {}
        single = "#" not in key and f"{key}#2" not in cells
        kept[key] = entry(source, cells[key], prepared, record, single, preparer.context.words.label)
        moves += _move(preparer, key, cells[key], one, old, record, content)
    return Changes(content, seen, kept, moves, prepared)


def _is_shown(preparer: Preparer, key: str, text: str, customer: Row) -> bool:
    """Tell whether a cell is the text that lists show of several columns: taken apart anew it may differ.

    Shanghai is a province that is its own city, and many write it once.
    """
    source = preparer.sources.get(key)
    one = source.field if source else None
    if one is None or one.entity != "customer" or one.type not in COMPOSITE:
        return False
    return convert.show(one, customer, preparer.context) == tidy(text)


def _is_told(preparer: Preparer, key: str, text: str, targets: Mapping[tuple[str, int], Row | None]) -> bool:
    """Tell whether a cell is what lists show of the ways to a contact: 1.38E+10 may be its mobile."""
    source = preparer.sources.get(key)
    if source is None or source.field is None or source.field.type != "contact_way":
        return False
    target = targets.get(("contact", source.slot))
    return target is not None and convert.show(source.field, target, preparer.context) == tidy(text)


def _drop_known(preparer: Preparer, prepared: Prepared, known: Followups) -> None:
    """Leave out what the file says already: a list that was exported is imported without doubles."""
    activity, plan, zone = prepared.activity, prepared.plan, preparer.context.zone
    if activity and known.at and activity["content"] in (None, known.content):
        day = clock.local(known.at, zone).date() == clock.local(activity["at"], zone).date()
        if known.at[:16] == activity["at"][:16] or (day and activity["whole_day"]):
            prepared.activity = None
    if plan:
        same = (plan["due_on"], plan["goal"])
        if any(text == plan["text"] or (due, goal) == same for due, goal, text in known.plans):
            prepared.plan = None
    prepared.tags = [name for name in prepared.tags if fold(name) not in known.tags]


def _customer(prepared: Prepared, present: Present, changed: set[str], uscc_key: str) -> Row:
    """Return the columns of the customer that really differ."""
    record, wanted = present.customer, dict(prepared.customer)
    number = wanted.pop("no", None)
    if number and number != record["no"]:
        prepared.problems.append(("no", KEEPS_NUMBER, number))
    name = wanted.get("name")
    if name and record["name"] and fold(name) != record["name_key"]:
        wanted.pop("name")
        prepared.problems.append(("name", KEEPS_NAME, name))
    elif name and not record["name"]:
        wanted["name_key"] = fold(name)
    elif name and name != record["name"]:
        wanted.pop("name")  # the width of a bracket or a blank is no other name
    if "uscc" in wanted:
        wanted["uscc_key"] = uscc_key or None
    for column, told in prepared.lines.items():
        base = wanted.get(column, record[column]) or "" if told else ""
        if lines := [line for line in told if line not in base.split("\n")]:
            wanted[column] = "\n".join(filter(None, [base, *lines]))
    return {column: value for column, value in wanted.items() if record.get(column) != value}


def _differing(values: Row, target: Row, entity: str) -> Row:
    if entity == "contact":
        # What a sheet shows with asterisks is no news of what is known in full.
        values = {
            name: value
            for name, value in values.items()
            if not (_is_masked(name, value, target) or _is_dialled_alike(name, value, target))
        }
    if entity == "contact" and target.get("note") and values.get("note") not in (None, target["note"]):
        values = {**values, "note": target["note"]}
    return {name: value for name, value in values.items() if target.get(name) != value}


def _is_masked(name: str, value: Any, target: Row) -> bool:
    return name in MASKED and bool(target.get(name)) and MASK in str(value or "")


def _is_dialled_alike(name: str, value: Any, target: Row) -> bool:
    """Tell whether a cell has the same numbers written in another way: +86 138-0013-8000."""
    held = target.get(name)
    if name not in ("mobile", "office_phone") or not held or not value or held == value:
        return False
    from crm_tui.text.phone import parse_phones

    new, old = ([one._replace(text="") for one in parse_phones(text)] for text in (value, held))
    return new == old and all(one.key for one in new)


def _targets(
    preparer: Preparer, cells: Mapping[str, str], changed: set[str], present: Present
) -> dict[tuple[str, int], Row | None]:
    """Find whom the changed cells speak of; all cells of a new contact or project count as changed."""
    found: dict[tuple[str, int], Row | None] = {}
    keys: dict[tuple[str, int], list[str]] = {}
    for key in cells:
        source = preparer.sources.get(key)
        if source and source.field and source.field.entity in ("contact", "project"):
            keys.setdefault((source.field.entity, source.slot), []).append(key)
    for (entity, slot), named in keys.items():
        if not changed.intersection(named):
            continue
        rows = present.contacts if entity == "contact" else present.projects
        name_key = cell_key("contact_name" if entity == "contact" else "project_name", slot)
        name = cells.get(name_key)
        target = None
        if name:
            target = next((row for row in rows if fold(row["name"] or "") == fold(name)), None)
            if target is None and MASK in name:
                target = next((row for row in rows if hidden_name(row["name"]) == name), None)
        if target is None and (not name or name_key not in changed or _nameless(rows, slot)):
            target = rows[slot - 1] if len(rows) >= slot else None
        found[entity, slot] = target
        if target is None:
            changed.update(named)
    return found


def _nameless(rows: Sequence[Row], slot: int) -> bool:
    return len(rows) >= slot and not rows[slot - 1]["name"]


def _move(
    preparer: Preparer, key: str, text: str, one: Field | None, old: Row, new: Row, content: Mapping[str, Any]
) -> list[list[str]]:
    if one is None:
        return [[key, "", tidy(text)]] if "note" in content.get("customer", {}) else []
    if one.name in FOLLOWUP:
        return [[key, "", tidy(text)]] if "activity" in content and one.name != "followup_by" else []
    if one.name == "next_plan":
        return [[key, content.get("old_plan", ""), tidy(text)]] if "plan" in content else []
    if one.type == "tags" and "tags" not in content:
        return []
    if one.name == "decision_chain" and not (
        "contacts" in content or UNREAD_CHAIN in content.get("customer", {})
    ):
        return []
    if one.type == "tags" or (one.entity == "computed" and one.name != "progress"):
        return [[key, "", tidy(text)]]
    if all(old.get(column) == new.get(column) for column in one.columns):
        return []
    if one.name == "progress":
        phase = preparer.context.words.phase(old.get("stage"))
        return [[key, write_progress(old.get("status"), old.get("stage"), phase), tidy(text)]]
    shown = [convert.show(one, row, preparer.context) for row in (old, new)]
    return [[key, *shown]] if shown[0] != shown[1] else [[key, shown[0], tidy(text)]]
