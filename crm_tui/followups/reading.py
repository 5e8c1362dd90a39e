"""Reading activities and plans: what other rooms and both front ends ask for."""

from __future__ import annotations

from crm_tui.followups.store import Activity, Plan, activities, activity, open_plan, plan, plans

__all__ = ["Activity", "Plan", "activities", "activity", "open_plan", "plan", "plans"]
