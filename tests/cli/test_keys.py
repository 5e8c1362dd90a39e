"""``keys``: every key in force, the user's own marked, refused lines named with status 1."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_tui import config
from crm_tui.__main__ import keys_in_force, open_screens
from crm_tui.cli.main import run


def test_keys_are_listed_and_refused_lines_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys"], open_screens, keys_in_force) == 0
    usual = capsys.readouterr()
    assert "l  F6" in usual.out and "Ctrl+S" in usual.out and not usual.err
    settings = config.config_dir() / "settings.toml"
    settings.parent.mkdir(parents=True)
    Path(settings).write_text('[keys]\nsearch = "j"\nadd = "+, f7"\n', "utf-8")
    assert run(["keys"], open_screens, keys_in_force) == 1
    own = capsys.readouterr()
    assert any(line.startswith("*  +  F7") for line in own.out.splitlines())
    assert "按键 j 同时对应" in own.err
    assert run(["--json", "keys"], open_screens, keys_in_force) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any('"action": "add"' in line and '"own": true' in line for line in lines)
    assert any('"problem"' in line for line in lines) and any('"forbidden"' in line for line in lines)
