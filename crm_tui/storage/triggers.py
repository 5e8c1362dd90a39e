"""Generates the history triggers of schema.sql and writes them between its two markers.

Run ``python -m crm_tui.storage.triggers`` after a change to a tracked table; a test compares the text.
"""

from __future__ import annotations

from crm_tui.storage.driver import sqlite3

BEGIN = "-- generated: begin\n"
END = "-- generated: end\n"
CURRENT = "(SELECT change_set FROM writing)"
# The signs: SQLite promises no affinity for the columns of a compound, and by that of a number '01' is '1'.
# Adopting a row is no change of it.
MOVED = "+was IS NOT +now COLLATE BINARY AND (field <> 'created_in' OR was <> 0)"
IMAGE_COLUMNS = 50  # SQLite before 3.48 takes no more than 127 arguments
OPEN = "  INSERT INTO change_set (action, source) VALUES ('outside', 'outside');\n"
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0"  # no virtual ones
IS_OUTSIDE = "EXISTS (SELECT 1 FROM writing_outside)"


def tracked_tables(connection: sqlite3.Connection) -> list[str]:
    """Return the tables whose changes are logged: those with ``changed_in``, in schema order."""
    names = [row[0] for row in connection.execute(TABLES).fetchall()]
    return [name for name in names if "changed_in" in columns(connection, name)]


def columns(connection: sqlite3.Connection, table: str) -> list[str]:
    """Return the stored columns of a table, generated ones left out."""
    rows = connection.execute("SELECT name, hidden FROM pragma_table_xinfo(:t)", {"t": table}).fetchall()
    return [name for name, hidden in rows if hidden == 0]


def trigger_block(connection: sqlite3.Connection) -> str:
    """Return the SQL of every history trigger for the schema that the connection holds."""
    return "\n".join(_of_table(connection, table) for table in tracked_tables(connection))


def _of_table(connection: sqlite3.Connection, table: str) -> str:
    types = dict(connection.execute("SELECT name, type FROM pragma_table_xinfo(:t)", {"t": table}).fetchall())
    odd = {name for name, kind in types.items() if kind not in ("INTEGER", "TEXT")}
    if odd:
        raise ValueError(f"{table}: only INTEGER and TEXT columns can be tracked, not {sorted(odd)}")
    logged = [name for name in columns(connection, table) if name not in ("id", "changed_in")]
    moved = "\n    UNION ALL SELECT ".join(_moved(name, names=at == 0) for at, name in enumerate(logged))
    return f"""\
CREATE TRIGGER {table}_outside_insert BEFORE INSERT ON {table} WHEN {CURRENT} IS NULL BEGIN
{OPEN}END;
CREATE TRIGGER {table}_outside_update BEFORE UPDATE ON {table}
  WHEN {CURRENT} IS NULL OR (OLD.changed_in = {CURRENT} AND {IS_OUTSIDE}) BEGIN
{OPEN}END;
CREATE TRIGGER {table}_outside_delete BEFORE DELETE ON {table} WHEN {CURRENT} IS NULL BEGIN
{OPEN}END;
CREATE TRIGGER {table}_inserted AFTER INSERT ON {table} BEGIN
  INSERT INTO change (change_set, entity, entity_id, op) VALUES ({CURRENT}, '{table}', NEW.id, 'insert');
END;
CREATE TRIGGER {table}_adopted AFTER INSERT ON {table} WHEN NEW.changed_in IS NOT {CURRENT} BEGIN
  SELECT RAISE(ABORT, '{table}: write without changed_in') WHERE NOT {IS_OUTSIDE};
  UPDATE {table} SET changed_in = {CURRENT},
    created_in = CASE WHEN created_in = 0 THEN {CURRENT} ELSE created_in END WHERE id = NEW.id;
END;
CREATE TRIGGER {table}_updated AFTER UPDATE ON {table} BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, field, old, new)
  SELECT {CURRENT}, '{table}', NEW.id, 'update', field, was, now FROM (
    SELECT {moved})
  WHERE {MOVED};
END;
CREATE TRIGGER {table}_version AFTER UPDATE ON {table}
  WHEN NEW.changed_in IS NOT {CURRENT} OR NEW.id IS NOT OLD.id BEGIN
  SELECT RAISE(ABORT, '{table}: id is fixed') WHERE NEW.id IS NOT OLD.id;
  SELECT RAISE(ABORT, '{table}: write without changed_in') WHERE NOT {IS_OUTSIDE};
  UPDATE {table} SET changed_in = {CURRENT} WHERE id = NEW.id;
END;
CREATE TRIGGER {table}_deleted AFTER DELETE ON {table} BEGIN
  INSERT INTO change (change_set, entity, entity_id, op, old) VALUES ({CURRENT}, '{table}', OLD.id, 'delete',
    {_image(logged)});
END;
"""


def _image(names: list[str]) -> str:
    """Return the SQL of a row as one JSON object without its NULLs."""
    image = "'{}'"
    for start in range(0, len(names), IMAGE_COLUMNS):
        piece = ", ".join(f"'{name}', OLD.{name}" for name in names[start : start + IMAGE_COLUMNS])
        image = f"json_patch({image}, json_object({piece}))"
    return image


def _moved(name: str, *, names: bool) -> str:
    """Return the columns of a field before and after, named in the first of them."""
    field, was, now = (" AS field", " AS was", " AS now") if names else ("", "", "")
    return f"'{name}'{field}, OLD.{name}{was}, NEW.{name}{now}"


def regenerated(schema: str) -> str:
    """Return the text of schema.sql with its trigger block made anew from its own tables."""
    head, _, rest = schema.partition(BEGIN)
    _, _, tail = rest.partition(END)
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(head)
        return head + BEGIN + trigger_block(connection) + END + tail
    finally:
        connection.close()


if __name__ == "__main__":
    from crm_tui.storage.schema import schema_path

    path = schema_path()
    path.write_text(regenerated(path.read_text("utf-8")), "utf-8")
