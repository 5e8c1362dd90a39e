"""Where files live and what the user has set; read when called, never at import."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def full_path(text: str | Path) -> Path:
    """Return the path that somebody named, ``~`` and ``~login`` filled in where there is such a home."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def _base(variable: str, fallback: str) -> Path:
    root = os.environ.get(variable)
    return (Path(root) if root else full_path("~") / fallback) / "crm-tui"


def config_dir() -> Path:
    """Return the folder of the user's settings (not created)."""
    return _base("XDG_CONFIG_HOME", ".config")


def state_dir() -> Path:
    """Return the folder of logs and what outlives a session (not created)."""
    return _base("XDG_STATE_HOME", ".local/state")


def default_database() -> Path:
    """Return the database used when none is named: ``CRM_DB``, else a file in the user's data folder."""
    named = os.environ.get("CRM_DB")
    return Path(named) if named else _base("XDG_DATA_HOME", ".local/share") / "crm.db"


def load_settings() -> dict[str, Any]:
    """Return the user's ``settings.toml`` as a dict, empty when there is none.

    Raises BadInput when the file is not TOML.
    """
    path = config_dir() / "settings.toml"
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    # Most people have none: they need not wait for the parser.
    import tomllib

    from crm_tui.errors import BadInput
    from crm_tui.locale import _

    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(
            _("The settings file {path} cannot be read: {error}.").format(path=path, error=error),
            _("Nothing was changed."),
            _("Mend or remove the file and start again."),
        ) from error
