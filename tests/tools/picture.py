"""Make the pictures of the README from the real program: ``python -m tests.tools.picture``.

A demo database is made by seed at a fixed moment in a folder that goes away, the real app runs on it without
a terminal, and its screenshot is rewritten so that every character stands on its own cell, whatever fonts
the reader has. The same program gives the same bytes. ``--to DIR`` writes elsewhere.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import click
import time_machine

import crm_tui.tui  # noqa: F401  (sets what must stand before Textual's first import)
from crm_tui.demo.make import make_demo
from crm_tui.locale import language, set_language
from crm_tui.text.cells import width
from crm_tui.tui.app import CrmApp
from crm_tui.tui.opening import open_warm
from tests.tui.driver import story

PICTURES = Path(__file__).parents[1] / "pictures"
MOMENT = datetime(2026, 3, 11, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
SIZE = (120, 32)
SVG = "http://www.w3.org/2000/svg"
TEXT, TSPAN = f"{{{SVG}}}text", f"{{{SVG}}}tspan"
LINE = "url(#screen-line-"
FONTS = '"Fira Code", "Noto Sans Mono CJK SC", "Sarasa Mono SC", "Microsoft YaHei", monospace'
# Pixels: a cell's width in Rich's picture, and the size of a wide character that fills two of them.
CELL, WIDE = 12.2, 22
WIDE_STYLE = f".wide {{ font-size: {WIDE}px }}\n    </style>"
BLANK = "\xa0"


class Shot(NamedTuple):
    """A picture: its file, the program's language and the keys pressed before it is taken."""

    name: str
    lang: str
    keys: tuple[str, ...] = ()


SHOTS = (
    Shot("today", "zh"),
    Shot("customer", "zh", ("enter",)),
)


def places(text: str, start: float) -> list[float]:
    """Return the pixel at which each character of a text begins; a mark stands with what it belongs to.

    A wide character is drawn in the middle of its two cells: fonts make it narrower than them.
    """
    found: list[float] = []
    at = start
    for char in text:
        cells = width(char)
        if cells == 0 and found:
            found.append(found[-1])
            continue
        found.append(round(at + (2 * CELL - WIDE) / 2, 1) if cells == 2 else round(at, 1))
        at += cells * CELL
    return found


def on_cells(svg: str) -> str:
    """Return a screenshot with every character on its own cell, without hosts of fonts, with plain names."""
    name = re.search(r"terminal-\d+", svg)
    if name:
        svg = svg.replace(name[0], "screen")
    svg = re.sub(r"@font-face\s*\{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family:[^;}]+", f"font-family: {FONTS}", svg)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL).replace("</style>", WIDE_STYLE, 1)
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(svg)
    for parent in list(root.iter()):
        for element in list(parent):
            if element.tag == TEXT and element.attrib.get("clip-path", "").startswith(LINE):
                if not (element.text or "").strip():
                    parent.remove(element)
                else:
                    _spread(element)
            elif element.tag == f"{{{SVG}}}clipPath" and f"url(#{element.attrib['id']}".startswith(LINE):
                parent.remove(element)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _spread(element: ElementTree.Element) -> None:
    """Give each character of a text an element with a place of its own: not every viewer knows lists of x."""
    text = element.text or ""
    start = float(element.attrib["x"])
    element.text = None
    element.attrib = {"class": element.attrib["class"], "y": element.attrib["y"]}
    for char, place in zip(text, places(text, start), strict=True):
        if width(char) == 0 and len(element):
            element[-1].text = f"{element[-1].text}{char}"
        elif not char.isspace():
            wide = {"class": "wide"} if width(char) == 2 else {}
            ElementTree.SubElement(element, TSPAN, {"x": f"{place:g}", **wide}).text = char


def lines_of(svg: str) -> list[str]:
    """Return the lines of text of a picture, top to bottom, without their blanks."""
    lines: dict[float, list[tuple[float, str]]] = {}
    for element in ElementTree.fromstring(svg).iter(TEXT):
        for each in element.iter(TSPAN):
            place = float(each.attrib["x"])
            lines.setdefault(float(element.attrib["y"]), []).append((place, each.text or ""))
    return ["".join(text for _place, text in sorted(parts)) for _y, parts in sorted(lines.items())]


@contextmanager
def _machine() -> Generator[None]:
    """Let every machine look alike: its zone, its terminal, a folder for settings that holds none."""
    fixed = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TZ": "Asia/Shanghai"}
    before = dict(os.environ)
    speech = language()
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(fixed, XDG_CONFIG_HOME=home, XDG_STATE_HOME=home, HOME=home)
        os.environ.pop("NO_COLOR", None)
        time.tzset()
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
            time.tzset()
            set_language(speech)


async def _shoot(database: Path, shot: Shot) -> str:
    set_language(shot.lang)
    session = open_warm(database)
    try:
        async with story(CrmApp(session), size=SIZE) as user:
            await user.press(*shot.keys)
            return on_cells(user.app.export_screenshot(title="crm-tui"))
    finally:
        session.close()


def make(folder: Path, shots: tuple[Shot, ...] = SHOTS) -> list[Path]:
    """Make pictures in a folder and return their paths."""
    made = []
    with _machine(), tempfile.TemporaryDirectory() as place, time_machine.travel(MOMENT, tick=False):
        database = Path(place) / "demo.db"
        make_demo(database)
        for shot in shots:
            path = folder / f"{shot.name}.svg"
            path.write_text(asyncio.run(_shoot(database, shot)), "utf-8")
            made.append(path)
    return made


@click.command()
@click.option("--to", "folder", type=click.Path(path_type=Path), default=PICTURES)
def main(folder: Path) -> None:
    """Make all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in make(folder):
        click.echo(path)


if __name__ == "__main__":
    main()
