"""What the user chose in the program for this account (colours, width of signs), kept for later starts."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from crm_tui.config import state_dir

NAME = "display.json"
LIMIT = 64 * 1024


def _path() -> Path:
    return state_dir() / NAME


def load() -> dict[str, Any]:
    """Return what was kept, empty when there is nothing or it cannot be read."""
    try:
        with _path().open(encoding="utf-8") as file:
            found = json.loads(file.read(LIMIT))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def keep(**values: Any) -> bool:
    """Keep values beside those kept before, None takes one away; False when nothing can be written there."""
    before = load()
    now = {name: value for name, value in {**before, **values}.items() if value is not None}
    if now == before:
        return True
    path = _path()
    beside = path.with_name(f".{NAME}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside.write_text(json.dumps(now, ensure_ascii=False), "utf-8")
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        return False
    return True
