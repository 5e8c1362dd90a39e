"""Rules that keep the SQL portable: what another engine would refuse, or silently answer otherwise.

A rule takes one piece of SQL and yields what is wrong. Strings and comments are blanked first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from tests.sql_source import HOLE, ROOMS, Sql

# What a room may do that the rule forbids elsewhere, and why.
ALLOWED = {
    ("storage/triggers", "formatted"): "generates triggers from the schema's own names",
    ("storage/change", "formatted"): "writes any table; its _name refuses what is no identifier",
    ("storage/change", "positional"): "executemany over rows in the order of the named columns",
    ("storage/derive", "formatted"): "writes the columns that the registered rooms name by constants",
    ("storage/derive", "positional"): "executemany over rows in the order of the named columns",
    ("storage/(manifest|drill)", "formatted"): "reads every table by the names that the schema holds",
    ("storage/relations", "formatted"): "moves the rows of any table by the names that the schema holds",
    ("storage/throwaway", "formatted"): "drops indexes by the names that the schema holds",
    ("search/store", "formatted"): "puts in the test of the list filter; values are parameters",
    ("customers/store_list", "formatted"): "puts lists together of its constants; values are parameters",
    ("customers/store_list", "nulls"): "an id, filled in below, is never NULL",
    ("customers/store_list", "unique end"): "every order ends in an id, filled in below",
    ("storage/(survey|undo)", "formatted"): "undo writes any table by the names that log and schema hold",
    (
        "storage/(health|job_survey|reach|examining)",
        "formatted",
    ): "counts rows of any table by the names that the schema holds",
    ("storage/(merging|rebuild)", "formatted"): "tables that services and derive.py name, never a user",
    ("customers/store_bulk", "formatted"): "reads the columns of the fields of the registry",
    ("customers/store_sight", "formatted"): "a list of numbered parameters; the people are their values",
    ("search/store\\w*", "search"): "the one room that asks the full-text index",
    ("search/store_index", "engine"): "reads what the index holds by a temporary table of the engine",
    ("search/store\\w*", "row number"): "the full-text index names its rows in no other way",
    ("dedupe/store_\\w+", "search"): "the keys under which duplicates meet are tokens of that index",
    ("dedupe/store_scan", "unique end"): "a pair is known by both of its ids together",
    ("dedupe/store_crowding", "engine"): "asks the index along its keys by temporary tables of the engine",
    ("access/scope", "formatted"): "makes views of constants, names of the schema and whole numbers",
    ("access/scope", "positional"): "executemany over rows of ids",
    ("storage/lists", "positional"): "ids in their order, nothing else beside them",
    ("exchange/store_(staging|suspects)", "positional"): "executemany over rows in the named order",
    ("storage/first_policy", "formatted"): "puts constants of its own file together",
    ("dedupe/store_\\w+", "row number"): "the full-text index names its rows in no other way",
}
ENGINE_ROOMS = re.compile(r"schema\.sql|crm_tui/(storage/\w+|access/scope)\.py")
FUNCTIONS = (
    "date|time|datetime|julianday|strftime|unixepoch|printf|format|round|instr|hex|unhex|total|group_concat|ifnull"
    "|iif|random|randomblob|glob|like|typeof|quote|char|unicode|zeroblob"
)
# Columns that hold text folded by us; a pattern for them is made by us too.
FOLDED = re.compile(r"\b(\w*key|haystack)\)*$")
ORDER_END = re.compile(r"\b(LIMIT|OFFSET|RETURNING|UNION|ROWS|RANGE|GROUPS|END)\b|;")


class Column(NamedTuple):
    """What the schema says about one column of one table."""

    nullable: bool
    unique: bool


@cache
def schema_columns() -> dict[str, dict[str, Column]]:
    """Return {table: {column: Column}} of schema.sql."""
    from crm_tui.storage.driver import sqlite3
    from tests.architecture import ROOT

    connection = sqlite3.connect(":memory:")
    connection.executescript((ROOT / "schema.sql").read_text("utf-8"))
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    result = {"sqlite_master": {"type": Column(False, False), "name": Column(False, True)}}
    for table in tables:
        rows = connection.execute(f"PRAGMA table_xinfo({table})").fetchall()
        keys = [row[1] for row in rows if row[5]]
        unique = set(keys) if len(keys) == 1 else set()
        for _seq, index, is_unique, _origin, partial in connection.execute(f"PRAGMA index_list({table})"):
            parts = [row[2] for row in connection.execute(f"PRAGMA index_info({index})")]
            if is_unique and not partial and len(parts) == 1:
                unique.update(parts)
        result[table] = {row[1]: Column(not (row[3] or row[5]), row[1] in unique) for row in rows}
    result["customer_gram"]["rowid"] = Column(False, True)  # the one name that the full-text index has for it
    connection.close()
    return result


def blank(text: str) -> str:
    """Return SQL without its comments and with empty strings."""
    return re.sub(
        r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", lambda m: "''" if m[0][0] == "'" else " ", text, flags=re.S
    )


def _pattern(expression: str, flags: int = re.I) -> Callable[[Sql, str], Iterator[str]]:
    compiled = re.compile(expression, flags)

    def rule(_piece: Sql, text: str) -> Iterator[str]:
        for match in compiled.finditer(text):
            yield match[0].strip()

    return rule


def _room(piece: Sql, text: str) -> Iterator[str]:
    if piece.path != "schema.sql" and not ROOMS.fullmatch(piece.path):
        yield f"SQL outside storage and the stores: {text.strip()[:60]}"


def _formatted(piece: Sql, _text: str) -> Iterator[str]:
    yield from piece.unsafe


def _like(_piece: Sql, text: str) -> Iterator[str]:
    for match in re.finditer(r"(\S*)(\s+NOT)?\s+LIKE\s+(\S*)", text, re.I):
        if not (FOLDED.search(match[1]) and re.match(r":\w", match[3])):
            yield match[0]


def _engine(piece: Sql, text: str) -> Iterator[str]:
    if not ENGINE_ROOMS.fullmatch(piece.path):
        for match in re.finditer(r"\b(PRAGMA|ATTACH|sqlite_\w+|pragma_\w+)\b|\b(main|temp)\.", text, re.I):
            yield match[0]


def _division(_piece: Sql, text: str) -> Iterator[str]:
    for match in re.finditer("/", text):
        before, after = text[: match.start()].rstrip(), text[match.end() :].lstrip()
        real = re.search(r"(\bAS\s+REAL\s*\)|\d\.\d+)$", before, re.I) or re.match(
            r"CAST\(|\d+\.\d", after, re.I
        )
        if not real:
            yield text[max(0, match.start() - 20) : match.end() + 20].strip()


def _terms(text: str) -> list[str]:
    """Return the parts of a list, cut at the commas outside brackets."""
    parts, depth = [""], 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == "," and not depth:
            parts.append("")
        else:
            parts[-1] += char
    return [" ".join(part.split()) for part in parts if part.strip()]


def orders(text: str) -> Iterator[list[str]]:
    """Yield the terms of every ORDER BY of a piece of SQL, those in windows too."""
    for match in re.finditer(r"\bORDER\s+BY\b", text, re.I):
        depth, end = 0, len(text)
        for at in range(match.end(), len(text)):
            depth += (text[at] == "(") - (text[at] == ")")
            if depth < 0 or (not depth and ORDER_END.match(text, at) and not text[at - 1].isalnum()):
                closes_case = text[at : at + 3].upper() == "END"
                if depth < 0 or not closes_case:
                    end = at
                    break
        yield _terms(text[match.end() : end])


def _aliases(text: str) -> tuple[dict[str, str], set[str]]:
    """Return {alias: table} of a statement and the aliases that an outer join may leave empty."""
    found, outer = {}, set()
    words = (
        r"ON|WHERE|JOIN|LEFT|INNER|CROSS|SET|ORDER|GROUP|LIMIT|USING|UNION|VALUES|NATURAL|INDEXED|RETURNING"
    )
    for match in re.finditer(
        rf"(LEFT\s+(?:OUTER\s+)?JOIN|JOIN|FROM|UPDATE|INTO)\s+(?:main\.)?(\w+)(?:\s+(?:AS\s+)?(?!(?:{words})\b)(\w+))?",
        text,
        re.I,
    ):
        name = match[3] or match[2]
        found[name] = match[2]
        if match[1].upper().startswith("LEFT"):
            outer.add(name)
    return found, outer


def _look_up(term: str, text: str) -> list[Column]:
    """Return what the schema knows of a plain column name, nothing when it is no column."""
    alias, _, name = term.rpartition(".")
    tables = schema_columns()
    found, outer = _aliases(text)
    table = found.get(alias)
    if table in tables:
        named = [tables[table][name]] if name in tables[table] else []
    else:
        used = [tables[t] for t in found.values() if t in tables] or list(tables.values())
        named = [columns[name] for columns in used if name in columns]
    return [Column(True, column.unique) for column in named] if alias in outer else named


def never_null(term: str, text: str) -> bool:
    """Tell whether a term of ORDER BY cannot be NULL."""
    if HOLE in term or re.fullmatch(r"(count\(.*\)|EXISTS \(.*\)|.*\bIS (NOT )?NULL)", term, re.I):
        return True
    if re.fullmatch(r"coalesce\(.*,\s*(''|-?[\d.]+)\s*\)", term, re.I):
        return True
    if re.fullmatch(r"CASE .*\bELSE (''|-?\d+|:\w+) END", term, re.I):
        return True
    inner = re.fullmatch(r"(?:lower|upper|length|abs|min|max|sum|substr|CAST)\(([\w.]+).*\)", term, re.I)
    known = _look_up(inner[1] if inner else term, text)
    return bool(known) and not any(column.nullable for column in known)


def _bare(term: str) -> str:
    return re.sub(r"(\s+(ASC|DESC))?(\s+NULLS\s+(FIRST|LAST))?$", "", term, flags=re.I).strip()


def _nulls(_piece: Sql, text: str) -> Iterator[str]:
    for terms in orders(text):
        for term in terms:
            if not re.search(r"\bNULLS\s+(FIRST|LAST)$", term, re.I) and not never_null(_bare(term), text):
                yield f"ORDER BY {term} without NULLS"


def _unique_end(_piece: Sql, text: str) -> Iterator[str]:
    for terms in orders(text):
        last = _bare(terms[-1]) if terms else ""
        grouped = [
            _terms(g) for g in re.findall(r"GROUP\s+BY\s+(.*?)(?:HAVING|ORDER|LIMIT|\)|$)", text, re.I | re.S)
        ]
        distinct = re.search(r"SELECT\s+DISTINCT\s+(.*?)\s+FROM\b", text, re.I | re.S)
        if distinct and len(_terms(distinct[1])) == 1:
            grouped.append([distinct[1]])
        ends = [last in group for group in grouped]
        known = _look_up(last, text)
        if HOLE in last or any(ends) or any(column.unique for column in known):
            continue
        yield f"ORDER BY ends in {last or 'nothing'}, which is not unique"


RULES: dict[str, Callable[[Sql, str], Iterator[str]]] = {
    "room": _room,
    "formatted": _formatted,
    "positional": _pattern(r"\?|[@$]\w+|:\d+\b"),
    "is parameter": _pattern(r"\bIS\s+(NOT\s+)?:\w+"),
    "or": _pattern(r"\b(INSERT|UPDATE)\s+OR\s+\w+|\bREPLACE\s+INTO\b"),
    "function": _pattern(rf"(?<![\w.:])({FUNCTIONS})\s*\("),
    "clock": _pattern(r"\bCURRENT_(DATE|TIME|TIMESTAMP)\b"),
    "json": _pattern(r"\bjsonb?_?\w*\s*\(|->>?"),
    "like": _like,
    "search": _pattern(r"\b(GLOB|MATCH|REGEXP)\b", 0),
    "engine": _engine,
    "row number": _pattern(r"\b(_?rowid_?|oid)\b"),
    "collation": _pattern(r"\bNOCASE\b|\bRTRIM\b(?!\s*\()"),
    "quotes": _pattern(r'["`]|\[\w+\]'),
    "equality": _pattern(r"=="),
    "negative substr": _pattern(r"\bsubstr(ing)?\s*\([^,]*,\s*-[^)]*\)"),
    "negative limit": _pattern(r"\bLIMIT\s+-\d+"),
    # SQLite plans a statement anew at each call when its limit is a parameter and nothing else: LIMIT 0 + :n.
    "bare limit": _pattern(r"\bLIMIT\s+:\w+"),
    "division": _division,
    "nulls": _nulls,
    "unique end": _unique_end,
}


def allowance(path: str, rule: str) -> tuple[str, str] | None:
    """Return the entry of the table that lets a file break a rule, None when there is none."""
    for place, allowed in ALLOWED:
        if allowed == rule and re.fullmatch(rf"crm_tui/{place}\.py", path):
            return place, allowed
    return None


def faults(piece: Sql) -> list[str]:
    """Return what is wrong with one piece of SQL, as ``path:line: rule: what``."""
    text = blank(piece.text)
    return [
        f"{piece.path}:{piece.line}: {name}: {what}"
        for name, rule in RULES.items()
        if not allowance(piece.path, name)
        for what in rule(piece, text)
    ]
