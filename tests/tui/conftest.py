"""Fixtures of the terminal tests: short waits, one demonstration app."""

from __future__ import annotations

import pytest
import textual._wait as waits

import crm_tui.tui  # noqa: F401  (sets what must stand before Textual's first import)
from crm_tui.tui import live


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual's pilot sleeps 20 ms twice a key; we wait for our own idle condition instead."""
    monkeypatch.setattr(waits, "SLEEP_GRANULARITY", 0.004)
    monkeypatch.setattr(waits, "SLEEP_IDLE", 0.0006)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture(autouse=True)
def _looks_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A story says itself when the file is looked at: ``await user.app.live.look()``."""
    monkeypatch.setattr(live, "SECONDS", 3600.0)
