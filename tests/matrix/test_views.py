"""Every reading view and every field, for every role: nothing that is hidden stands in any column."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_tui.access import masks
from crm_tui.access.scope import VIEWS
from crm_tui.customers.fields import FIELDS
from crm_tui.session import Session
from tests.matrix.building import built
from tests.matrix.rules import GROUPS, VIEWERS
from tests.matrix.world import PRESETS, World

# Duplicates are looked for among all; nothing of these two is shown but that a customer is there, who holds
# it and its state: the functions that read them are looked at one by one.
AMONG_ALL = {"compared", "taken"}


@pytest.mark.requirement("S0-20")
@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("viewer", VIEWERS)
def test_no_view_shows_what_is_hidden(preset: str, viewer: str, tmp_path: Path) -> None:
    world = built(preset)
    with world.open(viewer, tmp_path) as session:
        assert shown_by_views(world, viewer, session) == {}


def shown_by_views(world: World, viewer: str, session: Session) -> dict[str, list[str]]:
    """Return what views show that is not for somebody, by view."""
    found = {}
    for view in VIEWS:
        if view not in AMONG_ALL:
            rows = session.reader.execute(f"SELECT * FROM {view}").fetchall()
            if leaks := world.forbidden(viewer, rows):
                found[view] = [one.what for one in leaks][:5]
    return found


@pytest.mark.requirement("S0-20")
@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("viewer", VIEWERS)
def test_all_that_is_open_to_somebody_is_there(preset: str, viewer: str, tmp_path: Path) -> None:
    world = built(preset)
    with world.open(viewer, tmp_path) as session:
        rows = [session.reader.execute(f"SELECT * FROM {view}").fetchall() for view in VIEWS]
    met = {id(one) for one in world.canaries.found(rows)}
    # What was added and taken back at once stands in the log alone, as the row that was removed; and of one
    # merged away its own row is its owner's.
    own = (".taken", ".loser")
    open_ones = [one for one in world.allowed(viewer) if not one.what.split(": ")[0].endswith(own)]
    missing = [one.what for one in open_ones if id(one) not in met]
    assert missing == []


def test_every_sensitive_field_has_its_masks() -> None:
    bare = [
        (name, column)
        for name, field in FIELDS.items()
        for column in field.columns
        if field.sensitive
        and masks.MASKS.get(field.entity, {}).get(column, ("", ""))[0] != field.sensitive
        and field.name != "contact_way"
    ]
    assert bare == []
    assert {field.sensitive for field in FIELDS.values()} - {""} <= set(GROUPS)


@pytest.mark.requirement("S0-25")
def test_what_is_shown_for_a_reason_is_that_alone(tmp_path: Path) -> None:
    world = built("general")
    with world.open("svc", tmp_path) as session:
        session.unmask(world.ids["far.1"], "budget", "客户来电核对")
        shown = {
            (place.customer.split(".")[0], place.group)
            for view in VIEWS
            if view not in AMONG_ALL
            for one in world.forbidden("svc", session.reader.execute(f"SELECT * FROM {view}").fetchall())
            for place in one.places
        }
        assert shown == {("far", "budget")}
        notes = session.reader.execute(
            "SELECT kind, customer_id, what, reason FROM audit ORDER BY id"
        ).fetchall()
        assert notes[-1] == ("unmask", world.ids["far.1"], "budget", "客户来电核对")
