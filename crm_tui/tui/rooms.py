"""Which screen stands under which name: imported when first opened, so that starting stays quick."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

ROOMS: dict[str, str] = {
    "today": "crm_tui.tui.screens.today_marks:MarkedTodayScreen",
    "log": "crm_tui.tui.screens.log_form:LogScreen",
    "snooze": "crm_tui.tui.screens.snooze:SnoozeBox",
    "history": "crm_tui.tui.screens.history:HistoryScreen",
    "obstacles": "crm_tui.tui.screens.obstacles:ObstaclesBox",
    "welcome": "crm_tui.tui.screens.welcome:WelcomeScreen",
    "customers": "crm_tui.tui.screens.marked_customers:MarkedCustomersScreen",
    "customer": "crm_tui.tui.screens.customer:CustomerScreen",
    "duplicates": "crm_tui.tui.screens.duplicates:DuplicatesScreen",
    "add_customer": "crm_tui.tui.screens.customer_form:AddCustomerScreen",
    "edit_customer": "crm_tui.tui.screens.customer_form:EditCustomerScreen",
    "contact": "crm_tui.tui.screens.contact_form:ContactScreen",
    "project": "crm_tui.tui.screens.project_form:ProjectScreen",
    "name": "crm_tui.tui.screens.name_form:NameScreen",
    "plan": "crm_tui.tui.screens.plan_form:PlanScreen",
    "activity": "crm_tui.tui.screens.plan_form:ActivityScreen",
    "tags": "crm_tui.tui.screens.tags:TagsBox",
    "import": "crm_tui.tui.screens.wizard:WizardScreen",
    "export": "crm_tui.tui.screens.export_box:ExportScreen",
    "display": "crm_tui.tui.screens.display:DisplayBox",
    "drafts": "crm_tui.tui.screens.drafts:DraftsScreen",
    "upkeep": "crm_tui.tui.screens.upkeep:UpkeepScreen",
    "people": "crm_tui.tui.screens.people:PeopleScreen",
    "policy": "crm_tui.tui.screens.policy:PolicyScreen",
    "audit": "crm_tui.tui.screens.audit:AuditScreen",
    "help": "crm_tui.tui.screens.help:HelpScreen",
    "palette": "crm_tui.tui.screens.palette:PaletteScreen",
    "find": "crm_tui.tui.screens.find:FindScreen",
}

# Opened next more often than not.
LIKELY = ("find", "log", "snooze", "customers", "customer", "edit_customer", "palette")
Factory = Callable[..., Any]


def factory(name: str, rooms: Mapping[str, str | Factory]) -> Factory | None:
    """Return what makes the screen of that name, None when there is none."""
    found = rooms.get(name)
    if isinstance(found, str):
        module, _, attribute = found.partition(":")
        return getattr(import_module(module), attribute)
    return found


def load(name: str) -> None:
    """Import the screen of a name."""
    import_module(ROOMS[name].partition(":")[0])
