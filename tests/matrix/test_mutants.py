"""The matrix is worth something: each hole torn into scope, masks or guard is seen by it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crm_tui.access import deed, guard, masks, scope
from tests.matrix.asking import Ask
from tests.matrix.building import built
from tests.matrix.side_channels import differing
from tests.matrix.test_reads import LINES
from tests.matrix.test_views import shown_by_views
from tests.matrix.test_writes import tried

Tear = Callable[[pytest.MonkeyPatch], None]


def drop_a_mask(patch: pytest.MonkeyPatch) -> None:
    fields = {name: one for name, one in masks.MASKS["contact"].items() if name != "mobile"}
    patch.setitem(masks.MASKS, "contact", fields)


def mask_too_little(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(masks.FUNCTIONS, "crm_hidden_mail", lambda text: text)


def widen_the_rows(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(scope._Terms, "reach", lambda *_asked: "")


def forget_the_row_of_a_child(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(scope.VIEWS, "project", ("project", scope.LIVE))


def tell_of_every_set(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(scope.VIEWS, "told_set", ("change_set", scope.PUBLISHED))


def log_of_every_row(patch: pytest.MonkeyPatch) -> None:
    table, condition = scope.VIEWS["change"]
    patch.setitem(scope.VIEWS, "change", (table, condition.replace(scope.LOGGED, "1 = 1")))


def former_values_in_the_log(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(scope._Terms, "_logged", lambda _terms, name: f"t.{name}")


def search_hidden_lines(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(masks.FUNCTIONS, "crm_public_lines", lambda text: text)


def keys_of_hidden_phones(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(scope.VIEWS, "contact_key", ("contact_key", scope.OF_CUSTOMER))


def cells_of_sheets(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(masks, "CELLS", {})


def views_of_others(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(scope.VIEWS, "saved_view", ("saved_view", scope.LIVE))


def reasons_of_every_set(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(scope, "TOLD_COLUMNS", {})


@pytest.mark.parametrize(
    ("tear", "preset", "viewer"),
    [
        (drop_a_mask, "files", "rep"),
        (mask_too_little, "files", "rep"),
        (widen_the_rows, "general", "rep"),
        (forget_the_row_of_a_child, "general", "rep"),
        (tell_of_every_set, "general", "rep"),
        (log_of_every_row, "general", "rep"),
        (former_values_in_the_log, "general", "svc"),
        (search_hidden_lines, "files", "rep"),
        (keys_of_hidden_phones, "files", "rep"),
        (cells_of_sheets, "general", "svc"),
        (reasons_of_every_set, "general", "rep"),
        (views_of_others, "general", "rep"),
    ],
)
def test_a_torn_view_is_seen(
    tear: Tear, preset: str, viewer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = built(preset)
    tear(monkeypatch)
    with world.open(viewer, tmp_path) as session:
        assert shown_by_views(world, viewer, session) != {}


def test_a_torn_view_is_seen_in_what_services_give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = built("files")
    drop_a_mask(monkeypatch)
    with world.open("rep", tmp_path) as session:
        ask = Ask(world, "rep", session, tmp_path)
        for name in ("customers.reading.customer_file", "customers.reading.page"):
            line = LINES[name]
            assert not isinstance(line, str)
            assert ask.leaks(line(ask)) != []


def test_hidden_texts_that_are_searched_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same questions to two files do find it when hidden lines can be searched."""
    search_hidden_lines(monkeypatch)
    assert differing(built("files"), "rep", tmp_path, 60).found != []


def test_a_guard_that_sleeps_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = built("general")
    monkeypatch.setattr(guard.Guard, "check", lambda *_asked: None)
    monkeypatch.setattr(guard.Guard, "reach", lambda *_asked: None)
    with world.open("rep", tmp_path) as session:
        assert any(one.endswith("was done") for one in tried(world, "rep", session))


def test_a_guard_that_looks_past_fields_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = built("general")
    monkeypatch.setattr(deed, "narrower", lambda _policy, _verb: [])
    with world.open("entry", tmp_path) as session:
        assert any(
            one.startswith("budget") and one.endswith("was done") for one in tried(world, "entry", session)
        )
