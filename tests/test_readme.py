"""The README is true: its tables are the program's, its commands run as printed, its pictures are current."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest

from crm_tui.cli.main import program
from crm_tui.config import load_settings
from crm_tui.text.cells import width
from crm_tui.text.workdays import WorkCalendar
from crm_tui.tui import themes
from crm_tui.tui.keymap import Keymap
from tests.pace import PATIENCE
from tests.tools import picture, readme

ROOT = Path(__file__).parents[1]
TEXT = readme.README.read_text("utf-8")
FENCED = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)\)")


def blocks(kind: str) -> list[str]:
    """Return the fenced blocks of a kind."""
    return [text for found, text in FENCED.findall(TEXT) if found == kind]


def calls() -> Iterator[list[str]]:
    """Yield every call of the program that the README mentions outside its tables, as words."""
    prose = TEXT
    for name in readme.TABLES:
        prose = readme.between(name).sub("", prose)
    lines = [line for block in blocks("console") + blocks("sh") for line in block.splitlines()]
    for text in [*lines, *CODE.findall(FENCED.sub("", prose))]:
        for call in re.findall(r"(?<![\w/~.-])(?:\.venv/bin/)?crm-tui ([^;|&>]*)", text):
            yield [word for word in call.split() if word]


# ------------------------------------------------------------------ tables


@pytest.mark.parametrize("name", readme.TABLES)
def test_tables_are_those_of_the_program(name: str) -> None:
    found = readme.between(name).search(TEXT)
    assert found, f"the README has no table named {name}"
    assert found[2] == readme.TABLES[name](), "stale: python -m tests.tools.readme"


def test_every_command_and_option_is_documented() -> None:
    found = readme.between("commands en").search(TEXT)
    assert found
    for words, command, _help in readme.commands():
        assert f"`crm-tui {words}" in found[2]
        for one in command.params:
            for name in one.opts if isinstance(one, click.Option) else ():
                assert re.search(rf"`[^`]*{name}\b", found[2]), f"{words} {name}"


def test_nothing_is_mentioned_that_does_not_exist() -> None:
    known = {words: command for words, command, _help in readme.commands()}
    seen = 0
    for words in calls():
        plain = [word for word in words if not word.startswith("-")]
        name = next((name for name in (" ".join(plain[:2]), *plain[:1]) if name in known), "")
        command = known.get(name) or program()
        if plain and words[0] == plain[0]:
            assert name or plain[0] in program().entries, " ".join(words)
        options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
        for word in words:
            if word.startswith("--") and word != "--":
                assert word.partition("=")[0] in options, " ".join(words)
                seen += 1
    assert seen > 5


def test_links_lead_somewhere() -> None:
    for target in LINK.findall(TEXT):
        if "://" not in target:
            assert (ROOT / target).exists(), target


def test_the_page_about_the_house_names_what_stands_there() -> None:
    house = (ROOT / "crm_tui" / "README.md").read_text("utf-8")
    named = [code for code in CODE.findall(house) if re.fullmatch(r"[\w/*]+\.(py|sql|toml)", code)]
    assert len(named) > 10
    for name in named:
        assert (
            any(list(root.rglob(name)) for root in (ROOT / "crm_tui", ROOT / "tests"))
            or (ROOT / name).exists()
        ), name
    tree = re.search(r"```\nschema.sql(.*?)```", house, re.DOTALL)
    assert tree
    rooms = set(re.findall(r"^  (?:\w+\.py )*(\w+)/", tree[1], re.MULTILINE))
    there = {path.name for path in (ROOT / "crm_tui").iterdir() if (path / "__init__.py").exists()}
    assert rooms == there


# ------------------------------------------------------------------ commands


def test_the_two_commands_are_found_by_their_markers() -> None:
    demo, tests = (
        re.search(rf"<!-- {name}-command -->\n```sh\n(.+)\n```", TEXT) for name in ("demo", "test")
    )
    assert demo and demo[1].endswith(".venv/bin/crm-tui demo")
    assert tests and "pytest" in tests[1]


def test_console_blocks_run_as_printed(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    tools = tmp_path / ".venv" / "bin"
    tools.mkdir(parents=True)
    for name, module in (("crm-tui", "crm_tui"), ("sqlite-utils", "sqlite_utils")):
        tool = tools / name
        tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        tool.chmod(0o755)
    lines = []
    for block in blocks("console"):
        for line in block.splitlines():
            assert line.startswith("$ "), f"no command: {line}"
            lines.append(line[2:])
    environment = {
        **os.environ,
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
    }
    done = subprocess.run(
        [bash, "-euo", "pipefail", "-c", "\n".join(lines)],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    assert "上海恒达科技有限公司" in done.stdout
    for name in ("customers.xlsx", "blank.xlsx"):
        assert (tmp_path / name).stat().st_size > 0
    backups = [file for file in (tmp_path / "team.db.backups").iterdir() if file.suffix == ".db"]
    assert backups
    assert all(file.stat().st_mode & 0o077 == 0 for file in backups)


# ------------------------------------------------------------------ settings


def test_the_settings_example_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = re.search(r"<!-- settings -->\n```toml\n(.*?)```", TEXT, re.DOTALL)
    assert found
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "crm-tui").mkdir()
    (tmp_path / "crm-tui" / "settings.toml").write_text(found[1], "utf-8")
    settings = load_settings()
    names = {
        "theme",
        "ambiguous_width",
        "mouse",
        "start",
        "plain_output",
        "backup_dir",
        "keys",
        "holidays",
        "workdays",
    }
    assert set(settings) == names
    assert settings == tomllib.loads(found[1])
    assert settings["theme"] in themes.TITLES
    assert all(name in TEXT for name in themes.TITLES)
    keymap = Keymap(settings["keys"])
    assert not keymap.problems
    assert keymap.shown("done") == "x"
    assert keymap.shown("log") == "l"
    calendar = WorkCalendar.from_settings(settings)
    assert not calendar.is_workday(date(2027, 2, 8))
    assert not calendar.is_workday(date(2027, 3, 1))
    assert calendar.is_workday(date(2027, 2, 20))
    assert calendar.known(date(2027, 6, 1))


# ------------------------------------------------------------------ pictures


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of fresh pictures."""
    folder = tmp_path_factory.mktemp("pictures")
    picture.make(folder)
    return folder


@pytest.mark.parametrize("shot", picture.SHOTS, ids=lambda shot: shot.name)
def test_pictures_show_what_the_program_shows(made: Path, shot: picture.Shot) -> None:
    name = f"{shot.name}.svg"
    now, kept = ((folder / name).read_text("utf-8") for folder in (made, picture.PICTURES))
    assert picture.lines_of(now) == picture.lines_of(kept), "stale: python -m tests.tools.picture"
    assert f"tests/pictures/{name}" in TEXT


@pytest.mark.parametrize("shot", picture.SHOTS, ids=lambda shot: shot.name)
def test_every_character_of_a_picture_stands_on_its_own_cell(shot: picture.Shot) -> None:
    svg = (picture.PICTURES / f"{shot.name}.svg").read_text("utf-8")
    taken: dict[str, set[int]] = {}
    wide = 0
    for line in ElementTree.fromstring(svg).iter(picture.TEXT):
        for each in line.iter(picture.TSPAN):
            text = each.text or picture.BLANK
            assert width(text) == width(text[0]), "one character, with its marks"
            first = round(float(each.attrib["x"]) / picture.CELL - (width(text) - 1) * 0.1)
            cells = set(range(first, first + width(text)))
            row = taken.setdefault(line.attrib["y"], set())
            assert not cells & row, f"{text} stands on another character"
            assert cells <= set(range(picture.SIZE[0])), f"{text} stands outside"
            row |= cells
            wide += width(text) == 2
    assert wide > 200


@pytest.mark.parametrize("shot", picture.SHOTS, ids=lambda shot: shot.name)
def test_pictures_ask_no_host(shot: picture.Shot) -> None:
    svg = (picture.PICTURES / f"{shot.name}.svg").read_text("utf-8")
    assert re.findall(r"https?://[^\"'\s)]+", svg) == [picture.SVG]
    assert "@font-face" not in svg and "textLength" not in svg
    assert "terminal-" not in re.sub(r"rich-terminal|clip-terminal", "", svg)


def test_a_mark_stands_with_its_character() -> None:
    assert picture.places("e\u0301x", 0) == [0, 0, 12.2]
    assert picture.places("中a", 0) == [1.2, 24.4]
