"""A customer of others is as one that is not there: same words, same status, for whoever does not see it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from crm_tui.cli.main import run
from tests.cli.calls import Opened
from tests.matrix.building import built
from tests.matrix.lines_commands import READS, WRITES
from tests.matrix.world import WHOLE, World

VIEWERS = ("rep", "mgr", "custom", "lost") if WHOLE else ("rep",)
FOREIGN = ("mgr_n.1", "far.archived", "boss.2")
# What nobody has, made like what somebody has.
NOBODY = {"no": "ZQ0000", "phone": "13949998099", "name": "zq0000", "mail": "zq0000@postbox.example"}


def _known(world: World, key: str) -> dict[str, str]:
    """Return what somebody who once held a customer may know of it."""
    canaries = (*world.canaries.words.values(), *world.canaries.numbers.values())
    of = {one.what: one.text for one in canaries}
    return {
        "no": world.numbers[key],
        "phone": of[f"{key}: mobile"],
        "name": of[f"{key}: name"],
        "mail": f"{of[f'{key}: email']}@postbox.example",
    }


@pytest.mark.requirement("S0-20")
@pytest.mark.parametrize("viewer", VIEWERS)
def test_a_foreign_customer_is_as_one_that_is_not_there(
    viewer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = built("general")
    monkeypatch.setattr("crm_tui.session.system_login", partial(str, viewer))
    monkeypatch.setenv("COLUMNS", "300")
    wrong, told = [], 0
    (tmp_path / "out").mkdir()

    def said(shape: tuple[str, ...], known: dict[str, str]) -> tuple[int, str]:
        words = [
            word.format(**known, out=tmp_path / "out", word="x", set="9", other="ZQ0001") for word in shape
        ]
        status = run([*words, "--overwrite"] if shape[0] == "export" else words, Opened())
        text = "\n".join(capsys.readouterr())
        for name, value in known.items():
            text = text.replace(value, f"<{name}>").replace(value.upper(), f"<{name}>")
        return status, text

    with world.at(tmp_path) as path:
        monkeypatch.setenv("CRM_DB", str(path))
        for shapes in (READS | WRITES).values():
            for shape in shapes if not isinstance(shapes, str) else ():
                if not any(f"{{{name}}}" in word for word in shape for name in NOBODY):
                    continue
                nothing = said(shape, NOBODY)
                for key in FOREIGN:
                    told += 1
                    answer = said(shape, _known(world, key))
                    if answer != nothing:
                        wrong.append((" ".join(shape), key, answer, nothing))
    assert wrong == []
    assert told > 50
