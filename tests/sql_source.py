"""Finds the SQL of the product: schema.sql, and in the syntax trees every string that is or becomes SQL.

A value that an f-string or a sum puts into SQL must be an identifier that the code itself wrote: a constant,
an element of one, a list of parameter names. What comes from outside goes in as a named parameter.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from tests.architecture import ROOT, Module, modules

HOLE = "hole_"
ROOMS = re.compile(r"crm_tui/(storage/\w+|access/scope|\w+/store(_\w+)?)\.py")
CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*")
# Functions of storage that return names of tables, columns or parameters, checked by themselves.
HELPERS = {"columns", "placeholders", "tracked_tables"}
GATHERS = {"append", "extend", "insert", "add", "update"}
TEXT_CALLS = {"join", "replace", "strip", "format", "keys", "values", "items"}
PLAIN_CALLS = {"len", "int", "range"}
SEQUENCE_CALLS = {"sorted", "list", "tuple", "set", "reversed", "enumerate", "zip", "str"}

_STATEMENT = (
    r"(SELECT\s+\S|INSERT\s+(OR\s+\w+\s+)?INTO\s|REPLACE\s+INTO\s|UPDATE\s+(OR\s+\w+\s+)?\S+\s+SET\s|DELETE\s+FROM\s"
    r"|CREATE\s+((TEMP|TEMPORARY|UNIQUE|VIRTUAL)\s+)*(TABLE|VIEW|INDEX|TRIGGER)\s"
    r"|DROP\s+(TABLE|VIEW|INDEX|TRIGGER)\s|ALTER\s+TABLE\s|WITH\s+(RECURSIVE\s+)?\w+\s*(\([^)]*\)\s*)?AS\s"
    r"|PRAGMA\s+\w|BEGIN\s+IMMEDIATE|ATTACH\s+\S|DETACH\s+\S|SAVEPOINT\s|REINDEX\s|EXPLAIN\s)"
)
_FRAGMENT = (
    r"((WHERE|AND|OR|HAVING|LIMIT|FROM|VALUES|RETURNING|SET|UNION|ON\s+CONFLICT|ORDER\s+BY|GROUP\s+BY|CASE\s+WHEN"
    r"|((LEFT|INNER|CROSS)\s+)?JOIN|NOT\s+EXISTS|EXISTS)\s+[\w:({*'])"
)
STATEMENT = re.compile(rf"\s*({_STATEMENT})")
FRAGMENT = re.compile(rf"\s*({_FRAGMENT})")
MARKS = re.compile(r"[\s,(]*\?[\s,?)]*")
LOWER = re.compile(
    r"\s*(select\s+[^'\"]*\sfrom\s+\w+|insert\s+into\s+\w+|update\s+\w+\s+set\s|delete\s+from\s+\w+"
    r"|create\s+(table|view|index|trigger)\s|drop\s+(table|view|index|trigger)\s)"
)


class Sql(NamedTuple):
    """One piece of SQL: where it stands, its text with a mark for each value put in, and unsafe values."""

    path: str
    line: int
    text: str
    unsafe: tuple[str, ...] = ()


def is_sql(text: str) -> bool:
    """Tell whether a string is a statement or a part of one."""
    return bool(STATEMENT.match(text) or FRAGMENT.match(text) or LOWER.match(text))


def is_mark(text: str, path: str) -> bool:
    """Tell whether a string of a room with SQL is a list of positional parameters."""
    return bool(ROOMS.fullmatch(path) and MARKS.fullmatch(text))


def schema_statements() -> list[Sql]:
    """Return the statements of schema.sql, the generated history triggers left out."""
    text = (ROOT / "schema.sql").read_text("utf-8")
    head, begin, rest = text.partition("-- generated: begin\n")
    _block, end, tail = rest.partition("-- generated: end\n")
    assert begin and end, "schema.sql has lost the marks of its generated block"
    return [*_split(head, 1), *_split(tail, text[: len(text) - len(tail)].count("\n") + 1)]


def _split(text: str, line: int) -> Iterator[Sql]:
    from crm_tui.storage.driver import sqlite3

    part = ""
    for row in text.splitlines(keepends=True):
        part += row
        if sqlite3.complete_statement(part):
            yield Sql("schema.sql", line + part[: len(part) - len(part.lstrip())].count("\n"), part)
            line += part.count("\n")
            part = ""


@cache
def collect(folder: str = "crm_tui") -> list[Sql]:
    """Return every piece of SQL in the source."""
    return [piece for module in modules(folder) for piece in of_module(module)]


def of_module(module: Module) -> list[Sql]:
    """Return the SQL of one module."""
    found: list[Sql] = []
    _visit(module.tree, module.tree, module, found)
    return found


def _visit(node: ast.AST, scope: ast.AST, module: Module, found: list[Sql]) -> None:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        scope = node
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("_", "N_", "ngettext"):
        return  # a sentence for people
    if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp):
        text = _render(node)
        if text is not None:
            if is_sql(text) or is_mark(text, module.path):
                names = names_of(scope, module.tree)
                unsafe = [ast.unparse(hole) for hole in _holes(node) if not names.safe(hole)]
                found.append(Sql(module.path, node.lineno, text, tuple(unsafe)))
                found.extend(_orders(node, text, names, module.path))
            return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        text = _render(node.func.value)
        if text is not None and is_sql(text):
            found.append(Sql(module.path, node.lineno, text, ("format()",)))
            return
    if put := list(_put_in(node, scope, module)):
        found.append(Sql(module.path, node.lineno, "", tuple(map(ast.unparse, put))))  # ty: ignore
    for child in ast.iter_child_nodes(node):
        _visit(child, scope, module, found)


def _put_in(node: ast.AST, scope: ast.AST, module: Module) -> Iterator[ast.expr]:
    """Yield what is put into SQL that has a name or is joined, and may come from outside."""
    match node:
        case ast.Call(func=ast.Attribute(value=text, attr="format" | "replace" | "format_map")):
            parts = [*node.args, *(keyword.value for keyword in node.keywords)]
        case ast.BinOp(left=text, op=ast.Mod(), right=right):
            parts = [right]
        case ast.AugAssign(target=text, op=ast.Add(), value=value):
            parts = [value]
        case ast.Call(
            func=ast.Attribute(value=text, attr="join"), args=[ast.List(elts=parts) | ast.Tuple(elts=parts)]
        ):
            text = next((part for part in parts if is_sql(_render(part) or "")), text)
        case _:
            return
    parts = [part for part in parts if _render(part) is None]
    if not parts or not ROOMS.fullmatch(module.path):
        return
    names = names_of(scope, module.tree)
    known = [text]
    if isinstance(text, ast.Name):
        known = [value for value in (*names.bound.get(text.id, ()), *names.values_of(text.id)) if value]
    if any(is_sql(_render(value) or "") for value in known):
        yield from (part for part in parts if not names.safe(part))


def _render(node: ast.AST) -> str | None:
    """Return the text of a string expression with a mark for each value, None when it is no string."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(_render(part) or HOLE for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _render(node.left), _render(node.right)
        return None if left is None and right is None else (left or HOLE) + (right or HOLE)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return _render(node.left)
    return None


def _holes(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.JoinedStr):
        for part in node.values:
            if isinstance(part, ast.FormattedValue) and not _is_number(part):
                yield part.value
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        for side in (node.left, node.right):
            yield from [side] if _render(side) is None else _holes(side)
    elif isinstance(node, ast.BinOp):
        yield node.right


def _is_number(part: ast.FormattedValue) -> bool:
    return part.format_spec is not None and ast.unparse(part.format_spec) in ("f'd'", 'f"d"')


def _orders(node: ast.AST, text: str, names: Names, path: str) -> Iterator[Sql]:
    """Yield the orders that a constant puts behind ORDER BY, as statements of their own."""
    if not re.search(rf"ORDER BY {HOLE}", text):
        return
    for hole in _holes(node):
        for name in [n for n in ast.walk(hole) if isinstance(n, ast.Name) and CONSTANT.fullmatch(n.id)]:
            for value in names.values_of(name.id):
                for part in ast.walk(value):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and "," in part.value:
                        yield Sql(path, part.lineno, f"ORDER BY {part.value}")


@cache
def names_of(scope: ast.AST, tree: ast.Module) -> Names:
    """Return the names of one function, read once."""
    return Names(scope, tree)


class Names:
    """What the names of one function can be, to tell an identifier of the code from a value of the world."""

    def __init__(self, scope: ast.AST, tree: ast.Module) -> None:
        self.tree = tree
        self.scope = scope
        self.bound: dict[str, list[ast.expr | None]] = {}
        self.busy: set[str] = set()
        self.guarded: set[str] = set()
        for node in ast.walk(scope):
            self._note(node)

    def values_of(self, name: str) -> list[ast.expr]:
        """Return what a constant of the module is bound to."""
        return [
            node.value
            for node in self.tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign)
            and node.value is not None
            and name
            in [ast.unparse(t) for t in (node.targets if isinstance(node, ast.Assign) else [node.target])]
        ]

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, node.value)
        elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.NamedExpr):
            self._bind(node.target, node.value)
        elif isinstance(node, ast.For | ast.comprehension):
            self._bind_each(node.target, node.iter)
        elif isinstance(node, ast.arg):
            self.bound.setdefault(node.arg, []).append(None)
        elif isinstance(node, ast.If) and isinstance(node.body[0], ast.Raise):
            match node.test:
                case ast.Compare(left=ast.Name(id=name), ops=[ast.NotIn()], comparators=[ast.Name(id=known)]):
                    if CONSTANT.fullmatch(known):
                        self.guarded.add(name)
        elif isinstance(node, ast.Call):
            match node.func:
                case ast.Attribute(value=ast.Name(id=name), attr=attr) if attr in GATHERS:
                    self.bound.setdefault(name, []).extend(node.args)

    def _bind(self, target: ast.expr, value: ast.expr | None) -> None:
        if isinstance(target, ast.Name):
            self.bound.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Tuple | ast.List):
            parts = value.elts if isinstance(value, ast.Tuple | ast.List) else [value] * len(target.elts)
            for part, each in zip(target.elts, parts, strict=False):
                self._bind(part, each)

    def _bind_each(self, target: ast.expr, source: ast.expr) -> None:
        called = ast.unparse(source.func) if isinstance(source, ast.Call) else ""
        if called == "enumerate" and isinstance(target, ast.Tuple) and isinstance(source, ast.Call):
            self._bind(target.elts[0], ast.Constant(0))
            self._bind(target.elts[1], source.args[0])
        elif called == "zip" and isinstance(target, ast.Tuple) and isinstance(source, ast.Call):
            for part, each in zip(target.elts, source.args, strict=False):
                self._bind(part, each)
        else:
            self._bind(target, source)

    def safe(self, node: ast.expr | None) -> bool:
        """Tell whether an expression can only be text that the code itself holds."""
        match node:
            case None:
                return False
            case ast.Constant():
                return True
            case ast.Name(id=name):
                return bool(CONSTANT.fullmatch(name)) or self._safe_name(name)
            case ast.Attribute(value=value, attr=attr):
                named_tuple = attr == "_fields" and isinstance(value, ast.Name)
                return named_tuple or bool(CONSTANT.fullmatch(attr)) or (attr == "value" and self.safe(value))
            case ast.JoinedStr():
                return all(self.safe(hole) for hole in _holes(node))
            case ast.Subscript(value=value) | ast.Starred(value=value):
                return self.safe(value)
            case ast.IfExp(body=body, orelse=orelse):
                return self.safe(body) and self.safe(orelse)
            case (
                ast.BoolOp(values=values)
                | ast.List(elts=values)
                | ast.Tuple(elts=values)
                | ast.Set(elts=values)
            ):
                return all(self.safe(value) for value in values)
            case ast.Dict(keys=keys, values=values):
                return all(self.safe(value) for value in [*keys, *values])
            case ast.BinOp(left=left, right=right, op=ast.Add() | ast.Mult()):
                return self.safe(left) and self.safe(right)
            case ast.ListComp(elt=elt) | ast.GeneratorExp(elt=elt) | ast.SetComp(elt=elt):
                return self.safe(elt)
            case ast.Call():
                return self._safe_call(node)
        return False

    def _safe_name(self, name: str) -> bool:
        if name in self.busy or name in self.guarded:
            return True
        values = self.bound.get(name)
        self.busy.add(name)
        try:
            return bool(values) and all(self.safe(value) for value in values or ())
        finally:
            self.busy.discard(name)

    def _safe_call(self, node: ast.Call) -> bool:
        called = ast.unparse(node.func)
        last = called.rsplit(".", 1)[-1]
        if last in HELPERS or called in PLAIN_CALLS:
            return True
        if called in SEQUENCE_CALLS:
            return all(self.safe(arg) for arg in node.args)
        if called == "map":
            return ast.unparse(node.args[0]).rsplit(".", 1)[-1] in HELPERS
        if isinstance(node.func, ast.Attribute) and last in TEXT_CALLS:
            arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
            return self.safe(node.func.value) and all(self.safe(arg) for arg in arguments)
        if called.startswith("dict.fromkeys"):
            return self.safe(node.args[0])
        for function in self.tree.body:
            if isinstance(function, ast.FunctionDef) and function.name == called:
                inner = Names(function, self.tree)
                returns = [n.value for n in ast.walk(function) if isinstance(n, ast.Return)]
                if called in self.busy:
                    return True
                inner.busy = self.busy | {called}
                return bool(returns) and all(inner.safe(value) for value in returns)
        return False
