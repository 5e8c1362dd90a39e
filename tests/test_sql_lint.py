"""The SQL of the product stands in its rooms and follows the portability rules; every rule can fail."""

from __future__ import annotations

import re

import pytest

from tests.architecture import parse
from tests.sql_lint import ALLOWED, RULES, Sql, allowance, faults, schema_columns
from tests.sql_source import collect, of_module, schema_statements

STORE = "crm_tui/customers/store.py"

BAD = {
    "positional": ["SELECT id FROM customer WHERE no = ?", "SELECT id FROM customer WHERE no = $no"],
    "is parameter": [
        "SELECT id FROM customer WHERE no IS :no",
        "SELECT id FROM customer WHERE no IS NOT :no",
    ],
    "or": ["INSERT OR IGNORE INTO tag (name) VALUES (:n)", "REPLACE INTO tag (name) VALUES (:n)"],
    "function": [
        "SELECT ifnull(no, '') FROM customer",
        "SELECT DATE (:x)",
        "SELECT group_concat(name) FROM tag",
    ],
    "clock": ["UPDATE plan SET due_on = CURRENT_DATE WHERE id = :id"],
    "json": ["SELECT json_extract(cells, :p) FROM imported_row", "SELECT cells ->> :p FROM imported_row"],
    "like": [
        "SELECT id FROM customer WHERE name LIKE :p",
        "SELECT id FROM customer WHERE name_key LIKE '上海%'",
        "SELECT id FROM customer WHERE name NOT LIKE :p",
    ],
    "search": ["SELECT id FROM customer WHERE name GLOB :p"],
    "engine": ["SELECT name FROM sqlite_master", "SELECT id FROM main.customer", "PRAGMA user_version"],
    "row number": ["SELECT rowid FROM customer"],
    "collation": ["SELECT id FROM person WHERE login = :l COLLATE NOCASE"],
    "quotes": ['SELECT "id" FROM customer', "SELECT [id] FROM customer"],
    "equality": ["SELECT id FROM customer WHERE no == :no"],
    "negative substr": ["SELECT substr(no, -3) FROM customer"],
    "negative limit": ["SELECT id FROM customer LIMIT -1"],
    "bare limit": ["SELECT id FROM customer ORDER BY id LIMIT :most"],
    "division": ["SELECT amount / 100 FROM project", "SELECT sum(amount) / count(*) FROM project"],
    "nulls": [
        "SELECT id FROM customer ORDER BY industry, id",
        "SELECT id FROM customer c ORDER BY c.industry DESC, c.id",
        "SELECT row_number() OVER (PARTITION BY status ORDER BY industry, id) FROM customer",
        "SELECT c.id FROM customer c LEFT JOIN plan p ON p.customer_id = c.id ORDER BY p.id, c.id",
        "SELECT id FROM customer ORDER BY lower(industry), id LIMIT 3",
        "SELECT id, made_up AS m FROM customer ORDER BY m, id",
    ],
    "unique end": [
        "SELECT id FROM customer ORDER BY name_key",
        "SELECT id FROM customer ORDER BY id, name_key LIMIT 0 + :n",
    ],
}

SOURCE = {
    "room": [
        ("crm_tui/tui/screens/today.py", "rows = db.execute('SELECT 1')"),
        ("crm_tui/customers/service.py", "WHERE = 'WHERE id = :id'"),
        ("crm_tui/cli/due.py", "x = 'select id from customer'"),
        ("crm_tui/session.py", "x = 'UPDATE customer ' 'SET name = :n'"),
    ],
    "formatted": [
        (STORE, "def f(r, name):\n    return r.execute(f\"SELECT id FROM customer WHERE name = '{name}'\")"),
        (STORE, "def f(r, order):\n    return r.execute('SELECT id FROM customer ORDER BY ' + order)"),
        (STORE, "def f(me):\n    return f'SELECT 1 WHERE {OWN.format(me=me)}'"),
        (
            STORE,
            "def f(t, s):\n    if t not in s:\n        raise ValueError(t)\n    return f'SELECT 1 FROM {t}'",
        ),
        (STORE, "def f(r, t):\n    return r.execute('SELECT id FROM %s' % t)"),
        (STORE, "def f(r, t):\n    return r.execute('SELECT id FROM {}'.format(t))"),
        (
            STORE,
            "def f(r, ids):\n    s = ', '.join(ids)\n    return r.execute(f'SELECT 1 WHERE id IN ({s})')",
        ),
        (STORE, "SQL = 'SELECT id FROM {}'\ndef f(r, t):\n    return r.execute(SQL.format(t))"),
        (STORE, "SQL = 'SELECT id FROM %s'\ndef f(r, t):\n    return r.execute(SQL % t)"),
        (STORE, "def f(r, t):\n    return r.execute('SELECT id FROM the_table'.replace('the_table', t))"),
        (
            STORE,
            "def f(r, t):\n    sql = 'SELECT id FROM customer '\n    sql += t\n    return r.execute(sql)",
        ),
        (STORE, "def f(r, t):\n    return r.execute(' '.join(['SELECT id FROM customer ORDER BY', t]))"),
        (
            STORE,
            "def f(r, w):\n    parts = ['a = 1']\n    parts.append(w)\n    return f'SELECT 1 WHERE {parts}'",
        ),
    ],
    "nulls": [
        (STORE, "ORDERS = {'i': 'industry, id'}\ndef f(k):\n    return f'SELECT 1 ORDER BY {ORDERS[k]}'")
    ],
}

GOOD = [
    "C = 'id, name'\nSQL = f'SELECT {C} FROM customer ORDER BY name_key, id'",
    "SQL = 'SELECT id FROM customer WHERE name_key LIKE :prefix AND industry IS NOT DISTINCT FROM :i'",
    "SQL = 'SELECT id FROM customer ORDER BY industry DESC NULLS LAST, id LIMIT 0 + :n'",
    "SQL = \"SELECT id FROM customer ORDER BY coalesce(industry, ''), id\"",
    "SQL = \"SELECT id FROM customer ORDER BY CASE WHEN no = '' THEN 1 ELSE 0 END, id\"",
    "SQL = 'SELECT status, count(*) FROM customer GROUP BY status ORDER BY count(*) DESC, status NULLS LAST'",
    "SQL = 'SELECT CAST(sum(amount) AS REAL) / count(*) FROM project'",
    "SQL = \"SELECT id FROM customer WHERE note = 'a ? b / c == date(1)' -- why? a/b\\n AND id = :id\"",
    "SQL = 'INSERT INTO tag (name) VALUES (:n) ON CONFLICT (name_key) WHERE deleted_at IS NULL DO NOTHING'",
    "def f(v):\n    m = ', '.join(f':p{n}' for n, _ in enumerate(v))\n    return f'WHERE id IN ({m})'",
    "def f(a):\n    w = ['1 = 1']\n    w.append('no = :no')\n    return 'SELECT 1 WHERE ' + ' AND '.join(w)",
    "def f(n):\n    if n not in TABLES:\n        raise ValueError(n)\n    return f'SELECT id FROM {n}'",
    "SQL = 'SELECT DISTINCT customer_id FROM contact ORDER BY customer_id LIMIT 2'",
    "SQL = \"SELECT 1 FROM customer_state s WHERE s.haystack LIKE :p ESCAPE '!'\"",
    "def f(me):\n    return f'SELECT 1 WHERE {OWN.format(me=int(me))}'",
    "T = ('tag', 'plan')\ndef f():\n    return [f'SELECT id FROM {t}' for t in T]",
    "def f():\n    '''SELECT is a word.'''\n    return _('Select a row from the list')",
]


def test_the_source_follows_every_rule() -> None:
    assert [fault for piece in collect() for fault in faults(piece)] == []


def test_the_schema_follows_every_rule() -> None:
    pieces = schema_statements()
    assert len(pieces) > 30
    assert [fault for piece in pieces for fault in faults(piece)] == []


def test_the_schema_has_plain_names_and_strict_tables() -> None:
    reserved = {"user", "grant", "order", "group", "start", "end", "desc", "limit"}
    names = {name for table, columns in schema_columns().items() for name in (table, *columns)}
    assert names & reserved == set()
    assert [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []
    tables = [piece.text for piece in schema_statements() if "CREATE TABLE" in piece.text]
    assert [
        text.split("(")[0] for text in tables if not re.search(r"\) STRICT(, WITHOUT ROWID)?;\s*$", text)
    ] == []


@pytest.mark.parametrize(("rule", "sql"), [(rule, sql) for rule, samples in BAD.items() for sql in samples])
def test_each_rule_catches_a_breach(rule: str, sql: str) -> None:
    assert any(f": {rule}: " in fault for fault in faults(Sql(STORE, 1, sql))), faults(Sql(STORE, 1, sql))


@pytest.mark.parametrize(
    ("rule", "path", "source"), [(rule, *sample) for rule, samples in SOURCE.items() for sample in samples]
)
def test_each_rule_catches_a_breach_in_the_source(rule: str, path: str, source: str) -> None:
    found = [fault for piece in of_module(parse(path, source)) for fault in faults(piece)]
    assert any(f": {rule}: " in fault for fault in found), found


@pytest.mark.parametrize("source", GOOD)
def test_no_rule_refuses_what_is_right(source: str) -> None:
    assert [fault for piece in of_module(parse(STORE, source)) for fault in faults(piece)] == []


def test_every_rule_is_shown_to_catch_something() -> None:
    assert set(BAD) | set(SOURCE) == set(RULES)


def test_every_allowance_is_used() -> None:
    used = set()
    for piece in collect():
        for fault in faults(piece._replace(path=STORE)):
            used.add(allowance(piece.path, fault.split(": ")[1]))
    assert set(ALLOWED) <= used
