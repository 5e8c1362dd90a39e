"""Every function of the program that takes a reader, found in its source: each needs a line that calls it."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import crm_tui
from tests.architecture import modules

ROOT = Path(crm_tui.__file__).parent
# Front ends are looked at through their screens and commands.
LEFT_OUT = ("tui", "cli", "demo")
CALLED = re.compile(r"(\w+)\(\s*(?:[\w.]+,\s*)?(?:\w+\.)*_?reader\b")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def _given_a_reader() -> set[str]:
    """Return the names of whatever is called with a reader first or second, whatever its own word for it."""
    return {name for path in ROOT.rglob("*.py") for name in CALLED.findall(path.read_text("utf-8"))}


@cache
def reads() -> list[str]:
    """Return every public function and class that is given a reader or a session, by its dotted name."""
    found = []
    for source in modules():
        module = source.name.removeprefix("crm_tui.")
        if module.split(".")[0] in LEFT_OUT:
            continue
        for node in source.tree.body:
            if isinstance(node, Function) and _reads(node, node.name):
                found.append(f"{module}.{node.name}")
            elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found += [
                    f"{module}.{node.name}.{one.name}".removesuffix(".__init__")
                    for one in node.body
                    if isinstance(one, Function) and _reads(one, one.name, node.name)
                ]
    return found


def _reads(node: Function, name: str, owner: str = "") -> bool:
    if name.startswith("_") and name != "__init__":
        return False
    taken = {one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    called = owner if name == "__init__" else name
    return bool(taken & {"reader", "session"}) or ("connection" in taken and called in _given_a_reader())
