"""Every command of the command line: stdout, stderr and files hold nothing that is hidden from who types."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_tui.cli.main import run
from tests.cli.calls import Opened, commands
from tests.matrix.asking import Typed
from tests.matrix.building import built
from tests.matrix.lines_commands import READS, WRITES
from tests.matrix.world import WHOLE, World

LINES = READS | WRITES
TYPED = (
    "rep.1",
    "far.1",
    "far.2",
    "far.3",
    "mate.3",
    "far.archived",
    "far.loser",
    "rep.given",
    "far.imported",
)
VIEWERS: tuple[tuple[str, str], ...] = (("files", "rep"),)
if WHOLE:
    VIEWERS += (
        ("general", "rep"),
        ("general", "svc"),
        ("general", "custom"),
        ("general", "mgr"),
        ("general", "lost"),
    )
else:
    TYPED = ("far.2", "far.3")


def meant(world: World) -> str:
    """Return a sheet whose rows mean customers of others: by number, by name, by phone."""
    canaries = {one.what: one.text for one in world.canaries.words.values()}
    phone = next(one.text for one in world.canaries.numbers.values() if one.what == "far.2: mobile")
    return "\n".join(
        [
            "客户编号,客户名称,联系人姓名,联系方式,核心需求,预算范围",
            f"{world.numbers['far.2']},另一家公司,王五,13700000001,另一种,9万",
            f"{world.numbers['mate.1']},,,,另一种,9万",
            f",{canaries['far.2: name']}机械有限公司,王五,,另一种,9万",
            f",北京某某科技有限公司,王五,{phone},另一种,9万",
            ",杭州瑞丰精密机械有限公司,李娜,,另一种,9万",
        ]
    )


class Desk:
    """Somebody at a shell, in a folder of files."""

    def __init__(self, world: World, viewer: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.world, self.viewer, self.folder, self.capsys = world, viewer, folder, capsys
        self.out = folder / "out"
        self.out.mkdir()
        self.sheet = folder / "sheet.csv"
        self.sheet.write_bytes(world.sheet)
        self.meant = folder / "meant.csv"
        self.meant.write_text(meant(world), "utf-8")
        self.hidden = world.hidden(viewer)

    def call(self, *words: str) -> Typed:
        """Run a call and return what it said; what stands in a sheet that one imports was typed too."""
        status = run(words, Opened())
        said = self.capsys.readouterr()
        sheets = [one.read_text("utf-8") for one in (self.sheet, self.meant) if str(one) in words]
        return Typed(" ".join((*words, *sheets)), (status, said.out, said.err))

    def lines(self, shapes: tuple[tuple[str, ...], ...]) -> Iterator[tuple[str, ...]]:
        """Fill shapes with everything that they ask for."""
        hidden = self.hidden
        said = {
            "out": [str(self.out)],
            "sheet": [str(self.sheet), str(self.meant)],
            "other": [self.world.numbers["far.twin"]],
        }
        said |= {"no": [self.world.numbers[key] for key in TYPED], "set": ["9", "16", "40"]}
        said |= {"word": [one.text for one in hidden if "contact title" in one.what][:2] or ["x"]}
        said |= {"name": [one.text for one in hidden if one.what.endswith(": name")][:3] or ["x"]}
        said |= {
            "mail": [f"{one.text}@postbox.example" for one in hidden if "email" in one.what][:2] or ["x"]
        }
        phones = [one.text for one in self.world.canaries.numbers.values() if one.what == "far.1: mobile"]
        said |= {"phone": phones[:2]}
        for shape in shapes:
            names = [name for name in said if any(f"{{{name}}}" in word for word in shape)]
            filled = [{}]
            for name in names:
                filled = [{**one, name: value} for one in filled for value in said[name]]
            for one in filled:
                yield tuple(word.format(**one) for word in shape)


def test_every_command_has_a_line() -> None:
    there = {*commands(), "redo"}
    assert there - set(LINES) == set()
    assert set(LINES) - there == set()


@pytest.mark.requirement("S0-20")
@pytest.mark.parametrize(("preset", "viewer"), VIEWERS)
def test_no_command_says_what_is_hidden(
    preset: str,
    viewer: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    leaks = said_by_commands(built(preset), viewer, tmp_path, monkeypatch, capsys)
    assert leaks == {}


def said_by_commands(
    world: World,
    viewer: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> dict[str, list[str]]:
    """Type all lines and return what leaks, by call, and what the files hold that were written."""
    monkeypatch.setattr("crm_tui.session.system_login", lambda: viewer)
    monkeypatch.setenv("COLUMNS", "400")
    found: dict[str, list[str]] = {}
    with world.at(folder) as path:
        monkeypatch.setenv("CRM_DB", str(path))
        desk = Desk(world, viewer, folder, capsys)
        for name, shapes in LINES.items():
            for words in desk.lines(shapes) if not isinstance(shapes, str) else ():
                answer = desk.call(*words)
                assert answer.answer[0] in (0, 1, 2, 3, 4), (words, answer.answer)
                own = {id(one) for one in world.canaries.found(answer.text)}
                leaks = [one for one in world.forbidden(viewer, answer.answer) if id(one) not in own]
                if leaks:
                    found[" ".join(words)] = sorted({one.what for one in leaks})[:5]
            found |= {f"{name} -> {one}": leaks for one, leaks in written(desk).items()}
    return found


def written(desk: Desk) -> dict[str, list[str]]:
    """Return what leaks into files: those asked for, and those that the program keeps in the user's home."""
    found = {}
    home = Path(os.environ["HOME"])
    for path in [*desk.out.rglob("*"), *home.rglob("*")]:
        if path.is_file():
            # Its name was typed, and a list of rejected rows holds the sheet's own cells.
            typed = (path.name, desk.sheet, desk.meant) if path.name.startswith("r") else path.name
            own = {id(one) for one in desk.world.canaries.found(typed)}
            leaks = [one for one in desk.world.forbidden(desk.viewer, path) if id(one) not in own]
            if leaks:
                found[path.name] = sorted({one.what for one in leaks})[:5]
            path.unlink()
    return found
