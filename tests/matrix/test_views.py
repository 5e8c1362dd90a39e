"""Every reading view and every field, for every role: nothing that is hidden stands in any column."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_tui.access import masks
from crm_tui.access.scope import VIEWS
from crm_tui.customers.fields import FIELDS
from tests.matrix.rules import GROUPS, VIEWERS
from tests.matrix.world import PRESETS, built

# Duplicates are looked for among all; nothing of these two is shown but that a customer is there, who holds
# it and its state: the functions that read them are looked at one by one.
AMONG_ALL = {"compared", "taken"}
# The header of a set is told to nobody by itself: lists of sets read told_set.
HEADERS = {"change_set"}


@pytest.mark.requirement("S0-20")
@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("viewer", VIEWERS)
def test_no_view_shows_what_is_hidden(preset: str, viewer: str, tmp_path: Path) -> None:
    world = built(preset)
    with world.open(viewer, tmp_path) as session:
        rows = {
            view: session.reader.execute(f"SELECT * FROM {view}").fetchall()
            for view in VIEWS
            if view not in AMONG_ALL | HEADERS
        }
    leaks = {
        view: [one.what for one in found][:5]
        for view, of in rows.items()
        if (found := world.forbidden(viewer, of))
    }
    assert leaks == {}


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
