"""Screens that no room of tui/rooms.py opens, made by hand on hostile data; each class that there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from crm_tui.access import store_house
from crm_tui.access.verbs import GROUPS
from crm_tui.customers.reading import rows_of
from crm_tui.customers.views import View
from crm_tui.errors import BadInput
from crm_tui.session import Session
from crm_tui.tui.frame import Frame
from crm_tui.tui.screens.bulk import FieldScreen
from crm_tui.tui.screens.conflict import Said, ValueScreen
from crm_tui.tui.screens.drafts import DraftText
from crm_tui.tui.screens.duplicates_members import MembersBox
from crm_tui.tui.screens.explain_box import CustomerForm
from crm_tui.tui.screens.form_fields import form_field
from crm_tui.tui.screens.history import UndoPreview
from crm_tui.tui.screens.list_views import ViewForm
from crm_tui.tui.screens.merge_verdict import VerdictScreen
from crm_tui.tui.screens.people_form import AwayForm, ColleagueForm, RoleForm, SinceForm, TeamForm
from crm_tui.tui.screens.saving import Part
from crm_tui.tui.screens.snooze_many import SnoozeManyBox
from crm_tui.tui.screens.text_box import TextBox
from crm_tui.tui.screens.today_export import TodayExportScreen
from crm_tui.tui.screens.unmask import UnmaskScreen
from crm_tui.tui.screens.welcome import CreateScreen, WelcomeScreen


async def by_hand(crm: Frame, session: Session, customer: int, number: int, text: str) -> list[Any]:
    """Make each of them on rows of the database, or on a text where it is given one."""
    path = Path(text.replace("\0", "") or "x")
    context = await crm.work.run(session.context)
    undo = SimpleNamespace(title=text, places=3, names=[text, text[::-1]])
    made: list[Any] = [
        TextBox(text, text * 3),
        DraftText(text, text * 3),
        UndoPreview(undo),
        WelcomeScreen(path, BadInput(text, text, text), False),
        CreateScreen(path),
        UnmaskScreen(customer, list(GROUPS), ("", *GROUPS)[number % (len(GROUPS) + 1)]),
        VerdictScreen(customer, [customer + 1], text, related=bool(number % 2)),
        CustomerForm(text),
        TodayExportScreen(text),
        ViewForm(crm.screen),
        ViewForm(crm.screen, View(1, 1, "customers", text, None, {"filter": text})),
        SnoozeManyBox(number),
        SinceForm(),
        _value(text, context),
    ]
    field = FieldScreen("need", [customer], lambda *_told: None)
    field.context = context
    return [*made, field, *await crm.work.run(lambda: list(_read(session, customer, number)))]


def _value(text: str, context: Any) -> ValueScreen:
    part = Part(
        text,
        {"need": text},
        [],
        lambda record: str(record["need"]),
        lambda record: form_field("need", record, context),
        lambda typed: ({"need": typed}, []),
    )
    return ValueScreen(part, {"need": text}, [Said("mine", text, text * 3), Said("theirs", text, text[::-1])])


def _read(session: Session, customer: int, number: int) -> Iterator[Any]:
    reader = session.reader
    yield MembersBox(list(rows_of(reader, [customer, customer + 1, customer + 2]).values()))
    roles, every = store_house.roles(reader), store_house.teams(reader)
    colleagues = store_house.people(reader)
    colleague, role = colleagues[number % len(colleagues)], roles[number % len(roles)]
    yield ColleagueForm(roles, every, colleague, (colleague.name, colleague.login))
    yield ColleagueForm(roles, every)
    yield AwayForm(colleague, colleagues[:20])
    yield RoleForm(role, copy=bool(number % 2))
    yield TeamForm(every, every[number % len(every)] if every else None)
