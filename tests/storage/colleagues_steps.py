"""What three colleagues do in one file, step by step, and what each step may and must have moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crm_tui.customers import service
from crm_tui.customers.convert import complete
from crm_tui.errors import BadInput
from crm_tui.followups import service as followups
from crm_tui.storage import history
from crm_tui.storage.faults import FieldConflict, RecordGone, StaleVersion
from tests.storage.colleagues import OUTSIDE, Colleagues, Row, same

Numbers = tuple[int, int, int]
GONE = "2026-01-01T00:00:00Z"
TEXTS = ("原", "a", "A", None, "b")
# The edits of a form: all columns of an edited field.
EDITS: dict[str, tuple[dict[str, Any], ...]] = {
    "customer": (
        {"note": "a"}, {"note": "b"}, {"note": None}, {"need": "a"}, {"need": "b"},
        {"budget_min": 1, "budget_max": 2}, {"budget_min": None, "budget_max": 2},
        {"name": "新公司"}, {"name": "公司0"}, {"name": "另一家"}, {"no": "C7"}, {"no": "C1"},
        {"note": "b", "need": "b"}, {"status": "won", "note": "a"}, {"biz_city": "北京市"},
    ),
    "contact": (
        {"note": "a"}, {"mobile": "13900139000"}, {"mobile": None, "office_phone": "62345678"},
        {"name": "丙"}, {"is_primary": 1}, {"is_primary": 0}, {"email": "a@example.com", "note": "b"},
    ),
    "plan": (
        {"goal": "a"}, {"goal": "b"}, {"due_on": "2026-12-01", "due_at": None},
        {"due_on": "2026-12-02", "due_at": "2026-12-02T01:00:00Z"}, {"ways": "phone"},
        {"due_on": "2026-12-02", "due_at": None, "goal": "a", "text": "12-02 a"}, {"recurrence": None},
    ),
}  # fmt: skip
UPDATE: dict[str, Callable[..., Any]] = {
    "customer": service.update,
    "contact": service.update_contact,
    "plan": followups.update_plan,
}
# Columns that follow from a save beside what was typed.
FOLLOWING = {"contact": {"is_primary"}, "customer_alias": {""}, "plan": {"text"}}


def chosen(team: Colleagues, table: str, number: int) -> Row | None:
    """Return one of the rows of a table, None when there is none."""
    rows = team.rows(table)
    return (table, rows[number % len(rows)]) if rows else None


def save(team: Colleagues, who: int, numbers: Numbers) -> None:
    """Save fields of a customer, contact or plan from what was read of it."""
    table = ("customer", "contact", "plan")[numbers[0] % 3]
    row = chosen(team, table, numbers[1] % 3 if numbers[1] < 40 else numbers[1])
    base, version = team.base(who, row) if row else (None, 0)
    if row is None or base is None:
        return
    typed = EDITS[table][numbers[2] % len(EDITS[table])]
    values = complete(dict(typed)) if table == "customer" else dict(typed)
    now = team.now.get(row)
    moved = {name for name in base if now is None or not same(base[name], now[name])}
    clash = {name for name in values if name in moved and now and not same(values[name], now[name])}
    clash -= {"text"}
    try:
        team.sessions[who].write(UPDATE[table], row[1], version, typed)
    except FieldConflict as conflict:
        team.untouched(who)
        assert {one.column for one in conflict.fields} == clash != set()
        for one in conflict.fields:
            assert now is not None
            assert (one.before, one.theirs) == (base[one.column], now[one.column])
        team.outcomes["clash"] += 1
    except RecordGone as gone:
        team.untouched(who)
        owner = team.now.get(("customer", (now or base).get("customer_id", 0)))
        dead = now is None or now["deleted_at"] is not None
        assert dead or (owner is not None and owner["deleted_at"] is not None), gone
        team.outcomes["gone"] += 1
    except StaleVersion:
        team.untouched(who)
        assert table == "plan" and now is not None and now["state"] not in ("todo", "doing")
    except BadInput:
        team.untouched(who)
        assert "no" in values
    else:
        delta = team.note(who)
        assert clash == set(), (clash, moved, values)
        places = {(*row, name) for name in values}
        for place in delta.moved.keys() - places:
            assert place[2] in FOLLOWING[place[0]], place
        team.never_unseen(who, delta, places - {(*row, "text")})
        assert all(same(team.now[row][name], value) for name, value in values.items())
        team.outcomes["merged" if moved - set(values) else "saved"] += 1


def tag(team: Colleagues, who: int, numbers: Numbers) -> None:
    """Save the tags of a customer from those that were read."""
    row = chosen(team, "customer", numbers[0])
    if row is None or team.base(who, row)[0] is None:
        return
    before = tags_of(team.seen[who][0], row[1])
    wanted = set(before)
    wanted ^= {("热", "冷", "新")[numbers[1] % 3]}
    present = tags_of(team.now, row[1])
    try:
        team.sessions[who].write(service.set_tags, row[1], sorted(wanted), sorted(before))
    except RecordGone:
        team.untouched(who)
        return
    team.note(who)
    assert tags_of(team.now, row[1]) == (present | (wanted - before)) - (before - wanted)


def tags_of(snapshot: Any, customer: int) -> set[str]:
    """Return the names of the tags that a customer carries."""
    return {
        snapshot["tag", values["tag_id"]]["name"]
        for (table, _id), values in snapshot.items()
        if table == "tag_link" and values["customer_id"] == customer and values["deleted_at"] is None
    }


def strict(team: Colleagues, who: int, numbers: Numbers) -> None:
    """Put a customer or a contact away, or drop a plan: any movement since it was read is in the way."""
    table = ("customer", "contact", "plan")[numbers[0] % 3]
    row = chosen(team, table, numbers[1])
    base, version = team.base(who, row) if row else (None, 0)
    if row is None or base is None:
        return
    do = {"customer": service.archive, "contact": service.remove_contact, "plan": followups.cancel}[table]
    try:
        team.sessions[who].write(do, row[1], version)
    except StaleVersion:
        team.untouched(who)
        return
    assert team.versions[row] == version
    team.note(who)
    assert table == "plan" or team.now[row]["deleted_at"] is not None


def work(team: Colleagues, who: int, numbers: Numbers) -> None:
    """Do, put off or write up a plan, from what was read of it."""
    row = chosen(team, "plan", numbers[1])
    base, version = team.base(who, row) if row else (None, 0)
    if row is None or base is None:
        return
    session, now, kind = team.sessions[who], team.now[row], numbers[0] % 4
    day = session.today().replace(day=1 + numbers[2] % 3, year=2027)
    try:
        if kind == 0:
            session.write(followups.done, row[1], version)
        elif kind == 1:
            why = ("", "出差", "没空")[numbers[1] // 5 % 3]
            session.write(followups.snooze, row[1], day, seen=version, why=why)
        else:
            status = ("won", "lost", None)[numbers[2] % 3]
            customer = ("customer", base["customer_id"])
            entry = followups.LogEntry(
                base["customer_id"], "谈过", plan_id=row[1], status=status, seen=team.base(who, customer)[1]
            )
            session.write(followups.log, entry, followups.PlanDraft(day, goal="再谈") if kind == 3 else None)
    except StaleVersion:
        team.untouched(who)
        team.outcomes["plan refused"] += 1
        return
    was_open = now["state"] in ("todo", "doing")
    delta = team.note(who)
    if kind < 2:
        # What the act itself is about; the number of times it was put off only counts.
        team.never_unseen(who, delta, {place for place in delta.moved if place[2] != "snoozed"})
        assert was_open
    places = {place for place in delta.moved if place[0] == "customer"}
    team.never_unseen(who, delta, places)
    made = [place for place in delta.moved if place[0] == "plan" and not place[2]]
    assert len(made) <= 1
    team.outcomes["plan"] += 1


def add(team: Colleagues, who: int, numbers: Numbers) -> None:
    """Add a contact, a name, a plan or a customer."""
    row = chosen(team, "customer", numbers[1])
    if row is None:
        return
    write, kind = team.sessions[who].write, numbers[0] % 5
    try:
        if kind == 0:
            primary = {"is_primary": 1} if numbers[2] % 2 else {}
            write(service.add_contact, row[1], {"name": "丁", "mobile": "13700137000", **primary})
        elif kind == 1:
            write(service.add_name, row[1], ("旧名", "别名")[numbers[2] % 2], "other")
        elif kind == 2:
            draft = followups.PlanDraft(team.sessions[who].today(), goal="问候")
            write(followups.add_plan, row[1], draft)
        elif kind == 3:
            write(service.add, {"no": f"C{numbers[2] % 9}", "name": "新来的"}, [{"name": "戊"}], ["冷"])
        else:
            write(service.add, {"name": "新来的"}, [{"name": "戊"}])
    except (RecordGone, BadInput):
        team.untouched(who)
        return
    delta = team.note(who)
    assert all(not place[2] or place[2] == "is_primary" for place in delta.moved)


def outside(team: Colleagues, _who: int, numbers: Numbers) -> None:
    """Let another program edit a row: a value, the whole row, its end, a merge."""
    kind = numbers[0] % 7
    table = ("customer", "contact", "plan")[numbers[1] % 3]
    row = chosen(team, "contact" if kind == 2 else table, numbers[2])
    if row is None:
        return
    run, at = team.outside.execute, {"id": row[1]}
    column = {"customer": "note", "contact": "note", "plan": "goal"}[row[0]]
    if kind in (0, 1):
        text = TEXTS[numbers[2] % len(TEXTS)]
        run(f"UPDATE {row[0]} SET {column} = :text WHERE id = :id", at | {"text": text})
    elif kind == 2 and not any(one.get("contact_id") == row[1] for one in team.now.values()):
        run("DELETE FROM contact WHERE id = :id", at)
    elif kind == 3:
        run(
            "INSERT INTO contact (customer_id, name, mobile)"
            " SELECT id, '外', '13600136000' FROM customer ORDER BY id LIMIT 1"
        )
    elif kind == 4:
        run(
            "UPDATE tag SET name = '温', name_key = '温' WHERE name = '热'"
            " AND NOT EXISTS (SELECT 1 FROM tag WHERE name = '温')"
        )
    elif kind == 5 and row[0] == "customer":
        run(
            "UPDATE customer SET deleted_at = :at, gone = 'merged', merged_into = 1"
            " WHERE id = :id AND id > 2 AND gone IS NULL",
            at | {"at": GONE},
        )
    elif row[0] == "contact":
        run("UPDATE contact SET customer_id = (SELECT min(id) FROM customer) WHERE id = :id", at)
    delta = team.note(OUTSIDE)
    assert all(place[0] in ("customer", "contact", "plan", "tag") for place in delta.moved)


def merge(team: Colleagues, who: int, numbers: Numbers) -> None:
    """Merge a customer into another, as one set."""
    one, other = chosen(team, "customer", numbers[0]), chosen(team, "customer", numbers[1])
    if one is None or other is None or one == other or team.now[one]["deleted_at"] is not None:
        return

    def body(change: Any) -> None:
        values = {"gone": "merged", "merged_into": other[1], "deleted_at": change.now}
        change.update("customer", one[1], values)
        for row_id, values in list(team.now.items()):
            if row_id[0] == "contact" and values["customer_id"] == one[1]:
                change.update("contact", row_id[1], {"customer_id": other[1]})

    team.sessions[who].database.write(who + 1, "customer.merge", body)
    team.note(who)


def undo(team: Colleagues, who: int, numbers: Numbers) -> None:
    """Take back the own last change, bring it back, or take back any set of anybody."""
    session, kind = team.sessions[who], numbers[0] % 4
    connection = team.outside
    leave = False
    if kind < 2:
        find = history.undoable if kind == 0 else history.redoable
        set_id = find(connection, who + 1)
    else:
        set_id, leave = team.newest - numbers[1] % 8, kind == 3
    if set_id is None or set_id < 3:
        return
    if kind == 1:
        team.undo(who, set_id, leave, session.redo)
    else:
        team.undo(who, set_id, leave, lambda: session.undo(set_id, leave=leave))


def read(team: Colleagues, who: int, _numbers: Numbers) -> None:
    """Look at everything."""
    team.read(who)


STEPS: dict[str, Callable[..., None]] = {
    "read": read, "save": save, "tag": tag, "strict": strict, "work": work, "add": add, "outside": outside,
    "merge": merge, "undo": undo,
}  # fmt: skip
