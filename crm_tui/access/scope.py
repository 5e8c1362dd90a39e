"""The one place where reading is scoped: TEMP VIEWS that shadow the tables on a reading connection.

Today every user sees every live row; roles and masks change the predicates here and nothing else. Rows that a
large change is still publishing are hidden from everybody.
"""

from __future__ import annotations

from crm_tui.storage.driver import sqlite3
from crm_tui.storage.triggers import columns

HIDDEN = (
    "{id} NOT BETWEEN (SELECT coalesce(max(low), 1) FROM main.publishing)"
    " AND (SELECT coalesce(max(high), 0) FROM main.publishing)"
)
OF_CUSTOMER = "EXISTS (SELECT 1 FROM temp.customer v WHERE v.id = t.customer_id)"
LIVE = "t.deleted_at IS NULL"

# View -> (table, condition on t). Order matters: a view may use those before it.
VIEWS: dict[str, tuple[str, str]] = {
    "customer": ("customer", f"{LIVE} AND {HIDDEN.format(id='t.id')}"),
    "customer_any": ("customer", HIDDEN.format(id="t.id")),
    "contact": ("contact", f"{LIVE} AND {OF_CUSTOMER}"),
    "customer_alias": ("customer_alias", f"{LIVE} AND {OF_CUSTOMER}"),
    "tag_link": ("tag_link", f"{LIVE} AND {OF_CUSTOMER}"),
    "project": ("project", f"{LIVE} AND {OF_CUSTOMER}"),
    "collaborator": ("collaborator", f"{LIVE} AND {OF_CUSTOMER}"),
    "imported_row": ("imported_row", f"{LIVE} AND {OF_CUSTOMER}"),
    "activity": ("activity", f"{LIVE} AND {OF_CUSTOMER}"),
    "plan": ("plan", f"{LIVE} AND {OF_CUSTOMER}"),
    "customer_state": ("customer_state", OF_CUSTOMER),
    "contact_key": ("contact_key", OF_CUSTOMER),
    "tag": ("tag", LIVE),
    "word": ("word", LIVE),
    "word_alias": ("word_alias", LIVE),
    "person": ("person", LIVE),
    "person_any": ("person", "1 = 1"),
    "person_alias": ("person_alias", LIVE),
    "setting": ("setting", LIVE),
    "numbering": ("numbering", LIVE),
    "saved_view": ("saved_view", f"{LIVE} AND (t.owner_id IS NULL OR t.owner_id = {{me}})"),
    "person_state": ("person_state", "t.person_id = {me}"),
    "draft": ("draft", "t.person_id = {me}"),
    "change_set": (
        "change_set",
        "t.job IS NULL OR NOT EXISTS (SELECT 1 FROM main.publishing p WHERE p.job = t.job)",
    ),
    "change": ("change", "EXISTS (SELECT 1 FROM temp.change_set s WHERE s.id = t.change_set)"),
}


def scope(reader: sqlite3.Connection, person_id: int) -> sqlite3.Connection:
    """Put the person's views on a reading connection and return it.

    From then on an unqualified name means the view: live rows that the person may see. ``customer_any`` and
    ``person_any`` show deleted rows too, for history and for names on old records.
    """
    for view, (table, condition) in VIEWS.items():
        names = ", ".join(f"t.{name}" for name in columns(reader, table))
        reader.execute(
            f"CREATE TEMP VIEW {view} AS SELECT {names} FROM main.{table} t"
            f" WHERE {condition.format(me=int(person_id))}"
        )
    return reader
