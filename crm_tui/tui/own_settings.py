"""What of the user's settings.toml does not count because it is none of what it may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_tui.locale import _
from crm_tui.tui.opening import MAIN
from crm_tui.tui.themes import TITLES

MAY_BE: Mapping[str, tuple[Any, ...]] = {
    "theme": tuple(TITLES),
    "ambiguous_width": (1, 2),
    "start": MAIN,
    "mouse": (True, False),
    "plain_output": (True, False),
}


def complaint(settings: Mapping[str, Any]) -> str:
    """Return the sentence about the first setting that does not count, '' when all do."""
    for name, values in MAY_BE.items():
        if name in settings and settings[name] not in values:
            said = _("settings.toml: {name} cannot be {value} and does not count. It may be: {choices}.")
            choices = ", ".join(map(_written, values))
            return said.format(name=name, value=_written(settings[name]), choices=choices)
    if "holidays" in settings or "workdays" in settings:
        from crm_tui.text.workdays import WorkCalendar  # few have days of their own

        return next(iter(WorkCalendar.from_settings(settings).faults), "")
    return ""


def _written(value: Any) -> str:
    """Return a value as it stands in the file."""
    import json  # few need it

    return json.dumps(value, ensure_ascii=False, default=str)
