"""What front ends call to compare customers: all of them, or whom saves touched since."""

from __future__ import annotations

from crm_tui.dedupe.catching_up import catch_up
from crm_tui.dedupe.whole import Cancel, Progress, Scanned, scan

__all__ = ["Cancel", "Progress", "Scanned", "catch_up", "scan"]
