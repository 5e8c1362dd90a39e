"""What is called: for every command a line with its calls for one hostile text, and calls that list all."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from crm_tui.cli.grammar import LazyGroup
from crm_tui.cli.main import program as grammar
from tests.hostile.corpus import storable, typeable

Words = Sequence[str]


class Place(NamedTuple):
    """Where a line of the walk works: the folder, which of the texts is its turn, and those of one sheet."""

    folder: Path
    number: int
    texts: Sequence[str] = ()

    def file(self, text: str, ending: str) -> Path:
        """Return a free path whose name is a hostile text, as far as a file system takes it."""
        name = typeable(text).replace("/", "_")[:40].encode("utf-8", "surrogateescape")[:120]
        return self.folder / f"{name.decode('utf-8', 'surrogateescape')}{self.number}.{ending}"

    def sheet(self, text: str) -> Path:
        """Write a sheet whose name, headings and cells are hostile, two rows for each of its texts."""
        path = self.file(text, "csv")
        cells = [storable(one).replace("\0", "") for one in self.texts or (text,)]
        with path.open("w", newline="", encoding="utf-8-sig") as file:
            rows = [["客户名称", "联系人姓名", "联系方式", *cells]]
            for at, cell in enumerate(cells, self.number):
                rows += [[f"{cell}@{at}", cell, cell, *cells], [cell, "", "13800000001", "x"]]
            csv.writer(file).writerows(rows)
        return path


Line = Callable[[str, Place], Iterator[Words]]
LINES: dict[str, Line] = {}


def line(name: str) -> Callable[[Line], Line]:
    """Make a function the line of a command: it yields the calls for one hostile text."""

    def keep(function: Line) -> Line:
        LINES[name] = function
        return function

    return keep


def commands(group: LazyGroup | None = None, path: tuple[str, ...] = ()) -> list[str]:
    """Return every command there is, hidden ones too."""
    found = []
    group = group or grammar()
    for name in group.entries:
        command = group.get_command(None, name)  # ty: ignore[invalid-argument-type]
        found += (
            commands(command, (*path, name)) if isinstance(command, LazyGroup) else [" ".join((*path, name))]
        )
    return found


@line("list")
def _list(text: str, _at: Place) -> Iterator[Words]:
    yield "list", text
    yield "list", "--filter", text, "--json"
    yield "list", "--sort", text
    yield "list", "--columns", text
    yield "list", "--view", text
    yield "list", f"industry:{text}", "--count"


@line("find")
def _find(text: str, _at: Place) -> Iterator[Words]:
    yield "find", text
    yield "find", "--json", "--", text
    yield "find", "--limit", text, "x"


@line("show")
def _show(text: str, at: Place) -> Iterator[Words]:
    yield "show", text
    yield "show", f"{text}#{at.number}"
    yield "show", f"#{at.number}", "--json"


@line("due")
def _due(text: str, _at: Place) -> Iterator[Words]:
    yield "due", "--until", text


@line("log")
def _log(text: str, at: Place) -> Iterator[Words]:
    yield "log", f"#{at.number}", text, "--next", text, "--keep-open"
    yield "log", f"#{at.number}", text, "--keep-open", "--json"
    yield "log", text, "x", "--way", text, "--at", text


@line("change")
def _change(text: str, at: Place) -> Iterator[Words]:
    yield "change", f"need={text}", f"#{at.number}", "--yes", "--reason", text
    yield "change", f"{text}=x", f"#{at.number}", "--yes"
    yield "change", f"industry={text}", f"#{at.number}", "--dry-run"
    yield "change", "--tag", text, f"#{at.number}", "--yes", "--json"
    yield "change", "--hand-over", text, "--note", text, f"#{at.number}", "--yes"


@line("history")
def _history(text: str, at: Place) -> Iterator[Words]:
    yield "history", text
    yield "history", f"#{at.number}", "--field", text


@line("undo")
def _undo(text: str, _at: Place) -> Iterator[Words]:
    yield "undo", text
    yield ("undo",)


@line("redo")
def _redo(text: str, _at: Place) -> Iterator[Words]:
    yield "redo", text
    yield ("redo",)


@line("dupes merge")
def _merge(text: str, at: Place) -> Iterator[Words]:
    yield "dupes", "merge", f"#{at.number}", text, "--dry-run"
    yield "dupes", "merge", f"#{at.number}", f"#{at.number + 1}", "--choose", f"{text}={text}", "--dry-run"
    yield "dupes", "merge", f"#{at.number}", f"#{at.number + 2}", "--dry-run"


@line("dupes reject")
def _reject(text: str, at: Place) -> Iterator[Words]:
    yield "dupes", "reject", f"#{at.number}", f"#{at.number + 1}", "--note", text


@line("dupes related")
def _related(text: str, at: Place) -> Iterator[Words]:
    yield "dupes", "related", f"#{at.number}", f"#{at.number + 1}", "--note", text, "--json"


@line("dupes list")
def _pairs(text: str, _at: Place) -> Iterator[Words]:
    yield "dupes", "list", "--band", text


@line("dupes scan")
def _scan(text: str, _at: Place) -> Iterator[Words]:
    yield "dupes", "scan", text


@line("import")
def _import(text: str, at: Place) -> Iterator[Words]:
    path = at.sheet(text)
    if at.number % max(len(at.texts), 1) == 0:  # each starts a process that parses
        yield "import", str(path), "--dry-run", "--rejects", str(at.file(text, "xlsx"))
        yield "import", str(path), "--no-backup", "--on-suspect", "add"
        yield "import", str(path), "--map", f"{text}={text}", "--dry-run"
    yield "import", text, "--sheet", text
    yield "import", str(path), "--preset", text
    yield "import", str(path), "--suspect", text


@line("export")
def _export(text: str, at: Place) -> Iterator[Words]:
    yield (
        "export",
        "customers",
        str(at.file(text, ("csv", "xlsx", "json")[at.number % 3])),
        "--find",
        f"#{at.number}",
    )
    yield "export", text, "x.csv"
    yield "export", "customers", str(at.folder / "x.csv"), "--filter", text, "--overwrite"
    yield "export", "customers", f"{text}.csv", "--preset", text


@line("template")
def _template(text: str, at: Place) -> Iterator[Words]:
    yield "template", str(at.file(text, "xlsx"))
    yield "template", text


@line("init")
def _init(text: str, at: Place) -> Iterator[Words]:
    if at.number % 10 == 0:
        yield "init", "--db", str(at.file(text, "db")), "--name", text
    yield "init", "--preset", text, "--db", str(at.file(text, "none"))


@line("demo")
def _demo(text: str, at: Place) -> Iterator[Words]:
    yield "demo", "--customers", text
    if at.number % 50 == 0:
        yield "demo", "--make", str(at.file(text, "demo")), "--customers", "3"


@line("migrate")
def _migrate(text: str, at: Place) -> Iterator[Words]:
    yield "migrate", "--db", str(at.file(text, "gone"))


@line("backup")
def _backup(text: str, at: Place) -> Iterator[Words]:
    yield "backup", "--list", str(at.file(text, "backups"))
    if at.number % 50 == 0:
        yield "backup", str(at.file(text, "backups"))
        yield "backup", "--list", str(at.file(text, "backups"))


@line("restore")
def _restore(text: str, _at: Place) -> Iterator[Words]:
    yield "restore", text
    yield "restore", text, "--drill"


@line("keys")
def _keys(text: str, _at: Place) -> Iterator[Words]:
    yield "keys", text


@line("doctor")
def _doctor(text: str, at: Place) -> Iterator[Words]:
    yield "doctor", "--db", str(at.file(text, "gone"))


# Asked once for all texts: what lists them.
WHOLE: tuple[Words, ...] = (
    ("list", "--limit", "0"),
    ("list", "--limit", "0", "--json"),
    ("list", "--limit", "0", "--columns", "name,industry,status,need,note,region,owner,tags,contact_name"),
    ("due", "--all"),
    ("due", "--all", "--json"),
    ("due", "--line"),
    ("due", "--until", "2099-01-01", "--all"),
    ("find", "--limit", "1000", "13"),
    ("find", "--limit", "1000", "138", "--json"),
    ("history", "--limit", "500"),
    ("history", "--limit", "500", "--json"),
    ("dupes", "scan"),
    ("dupes", "list"),
    ("dupes", "list", "--pairs"),
    ("dupes", "list", "--pairs", "--json"),
    ("user", "list"),
    ("user", "list", "--json"),
    ("backup",),
    ("backup", "--list"),
    ("restore",),
    ("restore", "--drill"),
    ("keys",),
    ("doctor",),
    ("doctor", "--json"),
    ("migrate",),
    ("list", "--lang", "en"),
    ("due", "--lang", "en"),
    *(
        ("export", kind, f"whole-{kind}.{ending}", "--overwrite")
        for kind in ("customers", "contacts", "projects", "activities", "plans", "due")
        for ending in ("csv", "xlsx", "json")
    ),
)
# Tables whose columns all begin at the left: their headings tell where.
TABLES: dict[Words, Sequence[str]] = {
    ("list", "--limit", "0"): ("客户编号", "客户名称", "客户状态"),
    ("find", "--limit", "1000", "13"): ("编号", "客户名称", "负责人"),
    ("user", "list"): ("登录名", "姓名", "角色"),
    ("due", "--all"): ("编号", "客户", "联系人"),
}
