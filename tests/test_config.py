"""Where files live, and settings that are read when asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_tui import config
from crm_tui.errors import BadInput


def test_folders_lie_in_the_users_home() -> None:
    assert config.config_dir() == Path.home() / ".config/crm-tui"
    assert config.state_dir() == Path.home() / ".local/state/crm-tui"
    assert config.default_database() == Path.home() / ".local/share/crm-tui/crm.db"


def test_the_environment_moves_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    assert config.config_dir() == tmp_path / "XDG_CONFIG_HOME/crm-tui"
    assert config.state_dir() == tmp_path / "XDG_STATE_HOME/crm-tui"
    assert config.default_database() == tmp_path / "XDG_DATA_HOME/crm-tui/crm.db"
    monkeypatch.setenv("CRM_DB", str(tmp_path / "team.db"))
    assert config.default_database() == tmp_path / "team.db"


def test_asking_for_a_folder_makes_none() -> None:
    assert not config.config_dir().exists()
    assert not config.state_dir().exists()
    assert not config.default_database().parent.exists()


def test_settings_are_empty_without_a_file() -> None:
    assert config.load_settings() == {}


def test_settings_are_read_when_called() -> None:
    config.config_dir().mkdir(parents=True)
    path = config.config_dir() / "settings.toml"
    path.write_text('[keys]\n"today.done" = "d"\n', "utf-8")
    assert config.load_settings() == {"keys": {"today.done": "d"}}
    path.write_text("", "utf-8")
    assert config.load_settings() == {}


@pytest.mark.parametrize("content", [b"[keys\n", b"a = '\xff\xfe'\n", b"a = 1\na = 2\n"])
def test_a_settings_file_that_is_no_toml_is_refused_by_a_sentence(content: bytes) -> None:
    config.config_dir().mkdir(parents=True)
    path = config.config_dir() / "settings.toml"
    path.write_bytes(content)
    with pytest.raises(BadInput) as refused:
        config.load_settings()
    assert str(path) in refused.value.what
    assert refused.value.kept == "没有任何改动。"
    assert refused.value.todo
    assert path.read_bytes() == content
