"""The next step as typed in one line; both front ends read and say it alike."""

from __future__ import annotations

from crm_tui.followups.next_step import day_text, next_of_rhythm, read_next, say_due, say_plan

__all__ = ["day_text", "next_of_rhythm", "read_next", "say_due", "say_plan"]
