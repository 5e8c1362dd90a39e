"""Where a sheet may be: a line that completes paths with Tab, and the likely files around."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, cast

from crm_tui import clock, config
from crm_tui.locale import _
from crm_tui.text.sizes import size_text
from crm_tui.tui.widgets.lines import TextLine
from crm_tui.tui.widgets.rows import Column, Row

ENDINGS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".tsv", ".txt")
LIKELY = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv")
PLACES = ("", "Downloads", "Desktop", "Documents")
NAMED = re.compile(r'XDG_(?:DOWNLOAD|DESKTOP|DOCUMENTS)_DIR="\$HOME/([^"]+)"')
MOST = 60


class Found(NamedTuple):
    """What Tab found: the path as far as it is clear, and the files and folders that begin so."""

    text: str
    paths: Sequence[Path]


def columns() -> list[Column]:
    """Return the columns of the list of files."""
    return [
        Column(_("File"), 24, flex=2),
        Column(_("Folder"), 12, flex=1, priority=2, tone="dim"),
        Column(_("Size"), 8, right=True),
        Column(_("Changed"), 16, priority=1),
    ]


def typed_path(text: str) -> Path:
    """Return the path that a text means: quotes and ``\\ `` of a dropped file go, ``~`` is the home."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    return config.full_path(text.replace("\\ ", " "))


def likely_files() -> list[Path]:
    """Return the sheets in the working folder and the usual places of the home, newest first."""
    home = config.full_path("~")
    folders = dict.fromkeys([Path.cwd(), *(home / place for place in (*PLACES, *_named_places(home)))])
    found: dict[Path, float] = {}
    for folder in folders:
        for path in _entries(folder):
            if path.suffix.lower() in LIKELY and path.is_file():
                found[path] = path.stat().st_mtime
    return sorted(found, key=lambda path: -found[path])[:MOST]


def _named_places(home: Path) -> list[str]:
    """Return the folders that the desktop names in the user's language."""
    try:
        text = (home / ".config" / "user-dirs.dirs").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    return NAMED.findall(text)


def _entries(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if not entry.name.startswith((".", "~$"))]
    except OSError:
        return []
    return [folder / name for name in sorted(names)]


def complete(text: str) -> Found:
    """Return what a typed beginning of a path can become."""
    whole = typed_path(text) if text.strip() else Path.cwd()
    is_folder = not text.strip() or text.rstrip().endswith("/")
    folder, start = (whole, "") if is_folder else (whole.parent, whole.name)
    hits = [
        path
        for path in _entries(folder)
        if path.name.casefold().startswith(start.casefold())
        and (path.is_dir() or path.suffix.lower() in ENDINGS)
    ]
    if not hits:
        return Found(text, hits)
    names = [path.name for path in hits]
    common = 0
    while all(len(name) > common and name[common] == names[0][common] for name in names):
        common += 1
    best = str(folder / names[0][:common]) if common else str(folder) + "/"
    if len(hits) == 1:
        best = str(hits[0]) + ("/" if hits[0].is_dir() else "")
    return Found(best, hits)


def file_rows(paths: Sequence[Path], zone: str) -> list[Row]:
    """Return a line for each file or folder."""
    rows = []
    for path in paths:
        try:
            stat = path.stat()
        except OSError:
            continue
        if path.is_dir():
            rows.append(Row(str(path) + "/", (path.name + "/", str(path.parent), "", "")))
            continue
        changed = clock.of_file(stat.st_mtime, zone)
        folder = str(path.parent).replace(str(config.full_path("~")), "~", 1)
        rows.append(Row(str(path), (path.name, folder, size_text(stat.st_size), f"{changed:%Y-%m-%d %H:%M}")))
    return rows


class PathLine(TextLine):
    """The line for a path: Tab completes it, Enter opens the file, Esc goes back to the list."""

    def __init__(self) -> None:
        super().__init__(placeholder=_("Path of the file; Tab completes it"))

    async def do_next_panel(self) -> None:
        """Complete the path."""
        from crm_tui.tui.screens.wizard import WizardScreen

        await cast(WizardScreen, self.screen).complete(self.value)

    async def do_open(self) -> None:
        """Open the file."""
        from crm_tui.tui.screens.wizard import WizardScreen

        await cast(WizardScreen, self.screen).choose(self.value)

    def do_back(self) -> None:
        """Go back to the list."""
        from crm_tui.tui.screens.wizard import WizardScreen

        self.screen.set_focus(cast(WizardScreen, self.screen).files)


def free_name(path: Path) -> Path:
    """Return the path, or the next free one beside it: sheet.xlsx, sheet 2.xlsx."""
    number = 2
    free = path
    while free.exists():
        free = path.with_name(f"{path.stem} {number}{path.suffix}")
        number += 1
    return free
