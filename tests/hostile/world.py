"""A database with hostile texts in everything that holds text, as another program may have written them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import cycle
from pathlib import Path

from crm_tui.access import policies, teams
from crm_tui.access import store as people
from crm_tui.customers import service as customers
from crm_tui.customers import views
from crm_tui.customers.fields import FIELDS
from crm_tui.dedupe import decisions
from crm_tui.errors import CrmError
from crm_tui.followups import service as followups
from crm_tui.followups.service import LogEntry, PlanDraft
from crm_tui.session import Session, create_database, open_session
from crm_tui.storage import driver
from crm_tui.storage.change import Change
from tests.hostile.corpus import storable

OWNER = "wang"
# Columns that are no text of people: keys made of other columns, dates, versions, and what a CHECK names.
INNER = re.compile(
    r"\w*_key|\w*_sort|\w*_(at|on|in)|id|\w+_id|kind|gone|origin|state|access|scope|verdict|recurrence|\w*_since|at"
)
ENTITIES = ("customer", "contact", "project", "activity", "plan", "tag")
EACH = 3  # texts that one customer uses up at least


def text_columns() -> dict[str, list[str]]:
    """Return by table the columns in which people's texts, or the words they chose, stand."""
    connection = driver.sqlite3.connect(":memory:")
    connection.executescript((Path(__file__).parents[2] / "schema.sql").read_text("utf-8"))
    found = {}
    for table in (*ENTITIES, "customer_alias", "word", "person", "person_alias", "imported_row"):
        columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
        found[table] = [row[1] for row in columns if row[2] == "TEXT" and not INNER.fullmatch(row[1])]
    connection.close()
    return found


def fields_left_out() -> list[str]:
    """Return the fields of the registry that hold text and get none: there should not be any."""
    columns = text_columns()
    typed = ("date", "instant", "number", "money", "money_range", "scale", "person", "flag", "period")
    return [
        one.name
        for one in FIELDS.values()
        if one.entity in columns and one.type not in typed
        and not any(name in columns[one.entity] or INNER.fullmatch(name) for name in one.columns)
    ]  # fmt: skip


def build(path: Path, texts: Sequence[str]) -> None:
    """Make the database: every text is a name, and stands in any other column too."""
    create_database(path, login=OWNER, name="王伟")
    kept = [storable(text) for text in texts]
    with open_session(path, login=OWNER) as session:
        for at, text in enumerate(kept[:40]):
            with suppress(CrmError):
                role = ("sales_rep", "sales_manager")[at % 2]
                session.write(
                    people.add, f"{text[:60]}{at}", f"{text[:200]}{at}", role, [f"{text[:60]}~{at}"]
                )
        owners = [one.id for one in people.people(session.reader)]
        session.write(partial(_fill, texts=kept, owners=owners, session=session), reason=kept[3])
        _rest(session, kept)
    _another_program(path, kept)


def _fill(change: Change, *, texts: list[str], owners: list[int], session: Session) -> None:
    columns = text_columns()
    source = cycle(texts)
    today = session.today()
    for number, text in enumerate(texts):
        values = {"name": f"{text[:2000]}#{number}", "kind": "company", "status": "prospect"}
        contacts = [{"name": (text.strip() or "-")[:500], "mobile": f"138{number:08}"}]
        customer = customers.add(change, values, contacts, [f"{text.strip()[:20]}{number % 7}" or "-"])
        if number % 2:
            continue
        customers.add_project(change, customer, {"name": text[:300] or "-"})
        with suppress(CrmError):
            customers.add_name(change, customer, f"{text[:100]}{number}", "former")
        draft = PlanDraft(today + timedelta(days=number % 9 - 4), goal=text, text=text)
        plan = followups.add_plan(change, customer, draft)
        entry = LogEntry(customer, text or "-", "phone", plan_id=None)
        logged = followups.log(change, entry)
        for table, row_id in (("customer", customer), ("plan", plan), ("activity", logged.activity_id)):
            _put(change, table, row_id, columns[table], source, number)
        for table in ("contact", "project"):
            for (row_id,) in change.rows(f"SELECT id FROM {table} WHERE customer_id = :c", {"c": customer}):
                _put(change, table, row_id, columns[table], source, number)
        cells = {
            name: [next(source), next(source)] for name in ("name", "owner", "industry", "need", "mobile:2")
        }
        change.insert("imported_row", {"customer_id": customer, "cells": json.dumps(cells)})
        if number % 3 == 0:
            change.update("customer", customer, {"owner_id": owners[number % len(owners)]})


def _put(
    change: Change, table: str, row_id: int, names: list[str], source: Iterator[str], number: int
) -> None:
    values = {}
    for place, name in enumerate(names):
        word = any(
            name in one.columns
            for one in FIELDS.values()
            if one.entity == table and one.type in ("word", "words")
        )
        # A word that nobody knows stands in a few rows only, so that lists by word have their own too.
        if name != "name" and (not word or (number // 2 + place) % 5 == 0):
            values[name] = f"{next(source)[:60]}{row_id}" if name in ("no", "uscc") else next(source)[:4000]
    change.update(table, row_id, values)


def _rest(session: Session, texts: list[str]) -> None:
    for at, text in enumerate(texts[:8]):
        with suppress(CrmError):
            session.write(teams.add, f"{text[:40]}{at}", None, text[:60])
        with suppress(CrmError):
            session.write(policies.add_role, f"{text[:30]}{at}", "sales_rep")
    for at, text in enumerate(texts[:30]):
        definition = {"filter": text, "sort": text, "columns": [text, {"name": text}, ["name", text]]}
        for kept in ({"filter": "owner:me"}, definition):
            with suppress(CrmError):
                session.write(views.save, "customers", f"{text[:40]}{at}{len(kept)}", kept, at % 2 == 0)
    ids = [
        row[0] for row in session.reader.execute("SELECT id FROM customer ORDER BY id LIMIT 20").fetchall()
    ]
    for one, other, text in zip(ids[::2], ids[1::2], texts, strict=False):
        with suppress(CrmError):
            session.write(decisions.relate, one, other, text)
    for one, text in zip(ids, texts, strict=False):
        with suppress(CrmError):
            session.write(customers.set_tags, one, [text[:30].strip() or "-", "共同"], reason=text)


def _another_program(path: Path, texts: list[str]) -> None:
    """Write what no service would: words and their names, titles of changes."""
    with driver.sqlite3.connect(path) as connection:
        rows = connection.execute(
            "SELECT id FROM word WHERE kind IN ('industry', 'source', 'stage')"
        ).fetchall()
        for (row_id,), text in zip(rows, cycle(texts), strict=False):
            connection.execute(
                "UPDATE word SET label = :t, label_en = :t WHERE id = :id", {"t": text, "id": row_id}
            )
    connection.close()
