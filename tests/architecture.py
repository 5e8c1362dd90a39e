"""Checks of the house's shape by reading its source: who imports whom, starts processes, works at import.

Each check takes one parsed ``Module`` and returns sentences, none when all is well.
"""

from __future__ import annotations

import ast
import gc
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
LINE_CAP = 400

LEVELS = {
    "": 0,
    "errors": 0,
    "config": 0,
    "clock": 0,
    "text": 0,
    "locale": 0,
    "storage": 10,
    "drafts": 15,
    "access": 20,
    "presets": 20,
    "customers": 30,
    "leads": 31,
    "opportunities": 31,
    "tickets": 31,
    "followups": 32,
    "approvals": 32,
    "identity": 35,
    "rules": 40,
    "search": 40,
    "dedupe": 42,
    "queue": 50,
    "conversion": 50,
    "exchange": 50,
    "reports": 50,
    "session": 60,
    "upkeep": 62,
    "demo": 65,
    "cli": 70,
    "tui": 70,
    "__main__": 80,
}
DRIVERS = {"sqlite3", "pysqlite3", "_sqlite3", "apsw"}
SCREENS = {"textual", "rich"}
PROCESS_MODULES = {"subprocess", "multiprocessing", "pty", "popen2", "pexpect"}
PROCESS_CALLS = re.compile(
    r"(os\.(system|popen|fork|forkpty|exec\w+|spawn\w+|posix_spawnp?|startfile)"
    r"|(asyncio\.)?create_subprocess_(exec|shell)|(\w+\.)*ProcessPoolExecutor|(\w+\.)*[Rr]un_process)"
)
CHILD_ARGV = {
    room: {f"[sys.executable, '-I', '-m', 'crm_tui.{room}.{module}']" for module in modules}
    for room, modules in (("exchange", ("child", "worker")), ("dedupe", ("worker",)), ("demo", ("worker",)))
}
STARTERS = {"Popen", "run", "call", "check_call", "check_output", "getoutput", "getstatusoutput"}
FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "marshal", "shelve", "webbrowser", "pty"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen"}
IO_CALLS = {"time.time", "open", "print", "input", "set_language", "load_settings"}
IO_METHODS = re.compile(
    r"open|(read|write)_(text|bytes)|exists|is_file|is_dir|iterdir|r?glob|stat|mkdir|unlink|listdir|scandir"
    r"|connect|execute|Popen|run|system|urlopen|getenv|now|utcnow|today|instant|monotonic|home|cwd|expanduser"
    r"|getuser|getpwuid|gethostname|load_settings|basicConfig"
)
# Set before textual is imported, which reads it then.
ENVIRONMENT_SET = {"crm_tui/tui/__init__.py": "os.environ.setdefault"}
LOCAL_PATH = re.compile(r"(?<![\w.$}])/(?:work|root|home|Users)/")


class Module(NamedTuple):
    """One source file: its path from the root, dotted name, syntax tree."""

    path: str
    name: str
    tree: ast.Module


def parse(path: str, source: str) -> Module:
    """Return a module from its path relative to the root and its source."""
    name = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    return Module(path, name, ast.parse(source, path))


def modules(folder: str = "crm_tui") -> tuple[Module, ...]:
    """Return every module of a folder of the checkout; read once."""
    return _read(folder)


@cache
def _read(folder: str) -> tuple[Module, ...]:
    files = sorted((ROOT / folder).rglob("*.py"))
    collects = gc.isenabled()
    gc.disable()  # half a million nodes, all of them kept to the end
    try:
        return tuple(parse(file.relative_to(ROOT).as_posix(), file.read_text("utf-8")) for file in files)
    finally:
        gc.freeze()
        if collects:
            gc.enable()


@cache
def nodes(module: Module) -> tuple[ast.AST, ...]:
    """Return every node of a module's syntax tree."""
    return tuple(ast.walk(module.tree))


def written(node: ast.expr) -> str:
    """Return an expression as `ast.unparse` does; names with dots at once."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
        return f"{written(node.value)}.{node.attr}"
    return ast.unparse(node)


@cache
def calls(module: Module) -> tuple[tuple[ast.Call, str], ...]:
    """Return every call of a module with the text of what it calls."""
    return tuple((node, written(node.func)) for node in nodes(module) if isinstance(node, ast.Call))


@cache
def imports(module: Module) -> tuple[tuple[int, str], ...]:
    """Return line and dotted name of everything a module imports, relative and by-name imports resolved.

    ``from a import b`` gives ``a`` and ``a.b``, as b may be a module.
    """
    return tuple(_imports(module))


def _imports(module: Module) -> Iterator[tuple[int, str]]:
    package = module.name.split(".")
    if not module.path.endswith("__init__.py"):
        package = package[:-1]
    for node in nodes(module):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parent = package[: len(package) - node.level + 1]
                base = ".".join([*parent, base] if base else parent)
            yield node.lineno, base
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
    for node, called in calls(module):
        if called.endswith("import_module"):
            values = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            yield from ((node.lineno, value) for value in values if isinstance(value, str))


def room_of(dotted: str) -> str:
    """Return the first part below the package: ``crm_tui.text.money`` gives ``text``."""
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 else ""


def own_imports(module: Module) -> Iterator[tuple[int, str]]:
    """Yield the imports from the package itself."""
    for line, name in imports(module):
        if name == "crm_tui" or name.startswith("crm_tui."):
            yield line, name


def check_levels(module: Module) -> list[str]:
    """A room imports lower rooms only; those of level 0 may use each other."""
    here = room_of(module.name)
    if here not in LEVELS:
        return [f"{module.path}: {here} has no level"]
    found = []
    for line, name in own_imports(module):
        room = room_of(name)
        if room not in LEVELS:
            if name.count(".") == 1 and not (ROOT / "crm_tui" / room).exists():
                continue  # a name of the package itself, such as its version
            found.append(f"{module.path}:{line}: {room} has no level")
        elif room != here and LEVELS[room] >= max(LEVELS[here], 1):
            found.append(f"{module.path}:{line}: {here or 'the package'} imports {name}, which is no lower")
    return found


def check_stores(module: Module) -> list[str]:
    """The functions of a store serve its own room alone; a model leans on pydantic, its room and level 0.

    The row types and constants of a store travel: lists and the queue carry them. People and presets, below
    the entities, have no service in front of their store.
    """
    here = room_of(module.name)
    found = []
    named = list(own_imports(module))
    for line, name in named:
        parts = name.split(".")
        entity = LEVELS.get(room_of(name), 0) >= LEVELS["customers"]
        if entity and len(parts) > 2 and parts[1] != here and re.fullmatch(r"store(_\w+)?", parts[2]):
            taken = parts[3:] or any(at == line and other.startswith(f"{name}.") for at, other in named)
            if not taken or (parts[3:] and not parts[3][0].isupper()):
                found.append(f"{module.path}:{line}: {name} belongs to {parts[1]} alone")
        model = module.name.endswith(".model") and LEVELS.get(room_of(name), 0)
        if model and (parts[1] != here or ".".join(parts[2:3]).startswith(("store", "service"))):
            found.append(f"{module.path}:{line}: a model imports {name}")
    return found


def check_screens(module: Module) -> list[str]:
    """Only the terminal interface imports textual or rich."""
    return [
        f"{module.path}:{line}: {name} outside tui"
        for line, name in imports(module)
        if name.split(".")[0] in SCREENS and room_of(module.name) != "tui"
    ]


def check_driver(module: Module) -> list[str]:
    """SQLite is imported in one place, so that all of the program uses the same library."""
    return [
        f"{module.path}:{line}: {name} outside storage/driver.py"
        for line, name in imports(module)
        if name.split(".")[0] in DRIVERS and module.path != "crm_tui/storage/driver.py"
    ]


def check_forbidden(module: Module) -> list[str]:
    """No code from data, no shell, no browser."""
    found = [
        f"{module.path}:{line}: {name}"
        for line, name in imports(module)
        if name.split(".")[0] in FORBIDDEN_MODULES
    ]
    for node, called in calls(module):
        if called in FORBIDDEN_CALLS:
            found.append(f"{module.path}:{node.lineno}: {called}()")
    return found


def check_processes(module: Module) -> list[str]:
    """No process is started but three, by a fixed argv each: for sheets, what is derived, scores."""
    found = []
    here = room_of(module.name)
    for line, name in imports(module):
        allowed = name.split(".")[0] == "subprocess" and here in CHILD_ARGV
        if name.split(".")[0] in PROCESS_MODULES and not allowed:
            found.append(f"{module.path}:{line}: imports {name}")
        if PROCESS_CALLS.fullmatch(name):
            found.append(f"{module.path}:{line}: imports {name}")
    constants = _constants(module.tree) if here in CHILD_ARGV else {}
    for node, called in calls(module):
        if PROCESS_CALLS.fullmatch(called):
            found.append(f"{module.path}:{node.lineno}: {called}()")
        elif re.fullmatch(rf"(subprocess\.)?({'|'.join(STARTERS)})", called) and here in CHILD_ARGV:
            argv = node.args[0] if node.args else None
            if isinstance(argv, ast.Name):
                argv = constants.get(argv.id)
            if argv is None or ast.unparse(argv) not in CHILD_ARGV[here]:
                found.append(f"{module.path}:{node.lineno}: starts something else than the room's process")
            if any(k.arg in ("shell", "executable", "preexec_fn", None) for k in node.keywords):
                found.append(f"{module.path}:{node.lineno}: starts it in another way than by its argv")
    return found


# The staging file of an import belongs to the importing process alone.
OWN_FILE = {"crm_tui/exchange/store_staging.py", "crm_tui/exchange/store_suspects.py"}


def check_cursors(module: Module) -> list[str]:
    """Rows are fetched before anything is done with them: an unread SELECT keeps others from saving."""
    if module.path in OWN_FILE or not any(_is_select(call) for call, _called in calls(module)):
        return []
    found = []
    for scope in nodes(module):
        if not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        inside = list(ast.walk(scope))
        open_names = {
            target.id
            for node in inside
            if isinstance(node, ast.Assign | ast.NamedExpr) and _is_select(node.value)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }
        for node in inside:
            kinds = ast.For | ast.comprehension
            used = node.iter if isinstance(node, kinds) else None
            if isinstance(node, ast.Yield | ast.YieldFrom):
                used = node.value
            if used is not None and (
                _is_select(used) or (isinstance(used, ast.Name) and used.id in open_names)
            ):
                found.append(f"{module.path}:{used.lineno}: rows taken one by one from an open statement")
    return sorted(set(found))


def _is_select(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "execute"


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Return the module-level names that are bound exactly once in the whole module."""
    values: dict[str, ast.expr] = {}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(node, ast.Assign):
                values[target.id] = node.value
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            values[node.target.id] = node.value
    bound = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return {name: value for name, value in values.items() if bound.count(name) == 1}


def check_import_time(module: Module) -> list[str]:
    """Nothing reads files, clock, environment or settings when a module is imported."""
    found = []
    allowed = ENVIRONMENT_SET.get(module.path)
    for node in _run_at_import(module.tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            method = called.rsplit(".", 1)[-1]
            reads = called in IO_CALLS or ("." in called and IO_METHODS.fullmatch(method))
            if reads or (called.startswith("os.environ.") and called != allowed):
                found.append(f"{module.path}:{node.lineno}: {called}() at import")
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) in ("os.environ", "sys.argv"):
            found.append(f"{module.path}:{node.lineno}: {ast.unparse(node)} at import")
    return found


def _run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Lambda):
            continue
        if isinstance(child, ast.If) and "__name__" in ast.unparse(child.test):
            continue
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            for part in [*child.decorator_list, *child.args.defaults, *filter(None, child.args.kw_defaults)]:
                yield part
                yield from _run_at_import(part)
            continue
        yield child
        yield from _run_at_import(child)


def check_length(path: str, text: str) -> list[str]:
    """A file holds one idea, in at most 400 lines."""
    lines = text.count("\n")
    return [f"{path}: {lines} lines, the cap is {LINE_CAP}"] if lines > LINE_CAP else []


def check_paths(path: str, text: str) -> list[str]:
    """Nothing names a folder of the machine it was written on."""
    return [
        f"{path}:{number}: {line.strip()[:80]}"
        for number, line in enumerate(text.splitlines(), 1)
        if LOCAL_PATH.search(line)
    ]


def texts() -> list[tuple[str, str]]:
    """Return path and text of every file of the checkout that a person wrote."""
    skipped = {"build", "dist", "__pycache__"}
    found = []
    for file in sorted(ROOT.rglob("*")):
        parts = file.relative_to(ROOT).parts
        if any((part.startswith(".") and part != ".ci") or part in skipped for part in parts[:-1]):
            continue
        if file.suffix in {".py", ".sql", ".toml", ".md", ".tcss", ".po", ".svg", ""} and file.is_file():
            found.append(("/".join(parts), file.read_text("utf-8")))
    return found


CHECKS: dict[str, Callable[[Module], list[str]]] = {
    "levels": check_levels,
    "stores": check_stores,
    "screens": check_screens,
    "driver": check_driver,
    "forbidden": check_forbidden,
    "processes": check_processes,
    "import time": check_import_time,
    "cursors": check_cursors,
}
