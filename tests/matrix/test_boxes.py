"""Screens and calls that the walk of screens.py does not come to: each opened on what others hold."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from crm_tui.cli.main import run
from crm_tui.customers import service as customers
from crm_tui.dedupe import scanning
from crm_tui.session import Session
from crm_tui.storage.change import Change, action
from tests.cli.calls import Opened
from tests.matrix.building import built
from tests.matrix.canaries import ROWS, Place
from tests.matrix.rules import PEOPLE, VIEWERS, File, near, sees
from tests.matrix.screens import Watcher
from tests.matrix.test_commands import meant
from tests.matrix.world import World, opened
from tests.tui.driver import story
from tests.tui.office import app
from tests.tui.test_live import look
from tests.tui.two import edit

# Who may show a hidden field in full, by policy and role: whose.
UNMASKS = {
    ("general", "service"): "all",
    ("files", "service"): "all",
    ("files", "sales_rep"): "all",
    ("files", "sales_manager"): "all",
    ("general", "administrator"): "all",
    ("files", "administrator"): "all",
}
ALIKE = 10


@asynccontextmanager
async def watching(
    world: World, viewer: str, session: Session, start: str = "customers"
) -> AsyncGenerator[Watcher]:
    async with story(app(session, start), size=(200, 50)) as user:
        yield Watcher(world, viewer, user)


@pytest.mark.requirement("S0-20")
@pytest.mark.parametrize(("preset", "viewer"), [("files", "rep"), ("general", "rep"), ("general", "entry")])
def test_suspects_of_a_sheet(
    preset: str, viewer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sheet that means customers of others tells of them what a form at entry tells."""
    world = built(preset)
    (tmp_path / "sheets").mkdir()
    monkeypatch.chdir(tmp_path / "sheets")
    Path("名单.csv").write_text(meant(world), "utf-8")
    watchers = []

    async def play(session: Session) -> None:
        async with watching(world, viewer, session) as watcher:
            watchers.append(watcher)
            watcher.typed |= {id(one) for one in world.canaries.found(meant(world))}
            await watcher.press("i", "enter", "f12", "down", "enter", "escape", "s", "g")
            for _row in range(4):
                await watcher.press("down", "enter", "escape", "m", "enter", "escape")
            await watcher.press("escape", "f", "f", "f", "f", "f12", "escape")

    with world.open(viewer, tmp_path) as session:
        asyncio.run(play(session))
    (watcher,) = watchers
    assert watcher.leaks == {}
    assert {"preview", "suspects"} <= set(watcher.kinds)


@pytest.mark.requirement("S0-20")
@pytest.mark.parametrize(("preset", "viewer"), [("files", "rep"), ("general", "rep")])
def test_members_of_a_large_cluster(preset: str, viewer: str, tmp_path: Path) -> None:
    """Of twelve who look alike some are not mine: they are listed, or not there, as the role says."""
    world = built(preset).apart()
    world.files = dict(world.files)
    watchers = []

    def alike(change: Change) -> None:
        for number in range(ALIKE * 2):
            owner = ("rep", "far")[number >= ALIKE]
            key = f"{owner}.alike{number}"
            world.files[key] = File(owner)
            note = world.canaries.word(f"{key}: note", Place(key, ROWS))
            title = world.canaries.word(f"{key}: title", Place(key, "contact"))
            row = change.one("SELECT id FROM person WHERE login = :login", {"login": owner})
            assert row is not None
            values = {"name": "苏州同名样本机械有限公司", "no": note.upper(), "owner_id": row[0]}
            contact = {"name": "赵敏", "mobile": "13900139000", "title": title}
            customers.add(change, values | {"kind": "company", "status": "prospect"}, [contact])

    async def play(session: Session) -> None:
        async with watching(world, viewer, session) as watcher:
            watchers.append(watcher)
            await watcher.press("6", "g")
            for _row in range(12):
                if watcher.user.screen.kind == "duplicates":
                    await watcher.press("enter")
                if watcher.user.screen.kind == "members":
                    break
                await watcher.press("escape", "down")
            await watcher.press("pagedown", "space", "f12", "w", "escape")

    with world.at(tmp_path) as path:
        with opened(path, "boss") as boss:
            boss.write(alike)
            scanning.scan(boss.database)
        with opened(path, viewer) as session:
            asyncio.run(play(session))
    (watcher,) = watchers
    assert "members" in watcher.kinds
    assert watcher.leaks == {}


@pytest.mark.requirement("S0-20")
@pytest.mark.parametrize(("preset", "viewer"), [("files", "rep"), ("general", "rep")])
def test_what_is_in_the_way_of_an_undo(preset: str, viewer: str, tmp_path: Path) -> None:
    """A customer that went to a colleague was changed since: nothing hidden of what stands there is told."""
    world = built(preset).apart()
    world.files = dict(world.files)
    watchers = []

    def given_away(change: Change) -> None:
        row = change.one("SELECT id FROM person WHERE login = 'far'")
        seen = change.one("SELECT changed_in FROM customer WHERE id = :id", {"id": world.ids["rep.2"]})
        assert row is not None and seen is not None
        values = {"need": world.canaries.word("rep.2: need since", Place("rep.2", ROWS))}
        amount = world.canaries.amount("rep.2: budget since", Place("rep.2", "budget"))
        values |= {"budget_min": amount, "budget_max": amount, "owner_id": row[0]}
        customers.update(change, world.ids["rep.2"], seen[0], values)

    @action("customer.bulk")
    def mine(change: Change) -> None:
        for key in ("rep.1", "rep.2"):
            values = {"need": "我改的", "budget_min": 7_00, "budget_max": 7_00}
            customers.update(change, world.ids[key], None, values)

    async def play(session: Session, path: Path) -> None:
        async with watching(world, viewer, session) as watcher:
            watchers.append(watcher)
            session.write(mine)
            # Its name was on the screen, and the row says that it went.
            watcher.typed |= {
                id(one)
                for key in ("name", "no")
                for one in world.canaries.words.values()
                if one.what == f"rep.2: {key}"
            }
            world.files["rep.2"] = File("far")
            with opened(path, "boss") as boss:
                boss.write(given_away)
            await look(watcher.user)
            await watcher.press("u", "enter", "f12", "pagedown", "escape", "H", "enter", "u", "f12", "escape")

    with world.at(tmp_path) as path, opened(path, viewer) as session:
        asyncio.run(play(session, path))
    (watcher,) = watchers
    assert watcher.leaks == {}
    assert "obstacles" in watcher.kinds


@pytest.mark.requirement("S0-20")
def test_a_row_that_went_out_of_sight_keeps_its_name_alone(tmp_path: Path) -> None:
    """A customer under the cursor of Today is handed to a colleague: phone and contact go from the screen."""
    world = built("general").apart()
    world.files = dict(world.files)
    watchers = []

    async def play(session: Session, path: Path) -> None:
        async with watching(world, "rep", session, "today") as watcher:
            watchers.append(watcher)
            user = watcher.user
            item = user.screen.item
            key = next(key for key, one in world.ids.items() if one == item.customer_id)
            phone = next(one.text for one in world.canaries.numbers.values() if one.what == f"{key}: mobile")
            assert phone in user.text
            named = (f"{key}: name", f"{key}: twin name")
            watcher.typed |= {id(one) for one in world.canaries.words.values() if one.what in named}

            def given_away(change: Change) -> None:
                row = change.one("SELECT id FROM person WHERE login = 'mgr_n'")
                assert row is not None
                change.update("customer", item.customer_id, {"owner_id": row[0]})

            world.files[key] = File("mgr_n")
            with opened(path, "boss") as boss:
                boss.write(given_away)
            await look(user)
            watcher.look("after")
            await watcher.press("down", "up", "z", "z", "y")

    with world.at(tmp_path) as path, opened(path, "rep") as session:
        asyncio.run(play(session, path))
    (watcher,) = watchers
    assert watcher.leaks == {}


@pytest.mark.requirement("S0-20")
def test_drafts_of_others_are_listed_for_nobody_else(tmp_path: Path) -> None:
    """Colleagues who share an account of the machine have each their own drafts."""
    world = built("general").apart()
    typed = world.canaries.word("far: a draft", Place(person="far"))
    watchers = []

    async def type_it(session: Session) -> None:
        async with watching(world, "far", session) as watcher:
            await watcher.press("g", "e")
            await edit(watcher.user, "need", typed)
            watcher.user.screen.keep_now()

    async def peek(session: Session, viewer: str) -> None:
        async with watching(world, viewer, session) as watcher:
            watchers.append(watcher)
            await watcher.press("D", "down", "enter", "y", "escape", "escape", "escape", "g", "e", "pagedown")

    with world.at(tmp_path) as path:
        with opened(path, "far") as session:
            asyncio.run(type_it(session))
            assert any(typed in one.draft.text for one in session.drafts.all() if one.draft)
        for viewer in ("rep", "boss", "svc"):
            with opened(path, viewer) as session:
                asyncio.run(peek(session, viewer))
    assert [watcher.leaks for watcher in watchers] == [{}, {}, {}]
    assert all("drafts" in watcher.kinds for watcher in watchers)


@pytest.mark.requirement("S2-03", "S2-11")
@pytest.mark.parametrize("preset", ["general", "files"])
def test_unmasking_shows_one_customer_and_no_more(
    preset: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``show --unmask`` shows what was named of that customer, to those who may; the next call hides it."""
    world = built(preset)
    wrong: list[str] = []
    monkeypatch.setenv("COLUMNS", "300")
    with world.at(tmp_path) as path:
        monkeypatch.setenv("CRM_DB", str(path))
        for viewer in VIEWERS:
            monkeypatch.setattr("crm_tui.session.system_login", partial(str, viewer))
            for key in ("far.1", "mate.2", "boss.1"):
                wrong += _unmasked(world, preset, viewer, key, capsys)
    assert wrong == []


def _unmasked(
    world: World, preset: str, viewer: str, key: str, capsys: pytest.CaptureFixture[str]
) -> list[str]:
    """Call it for one group, and look at what it showed; then again without."""
    wrong = []
    words = ("show", world.numbers[key], "--unmask", "budget", "--reason", "客户来电")
    reach = UNMASKS.get((preset, PEOPLE[viewer].role))
    visible = sees(preset, viewer, world.files[key])
    hidden = visible and not sees(preset, viewer, world.files[key], "budget")
    may = visible and reach is not None and world.files[key].owner in near(viewer, reach)
    for call, shown in ((words, {Place(key, "budget")} if may else set()), (words[:2], set())):
        status = run(call, Opened())
        said = capsys.readouterr()
        name = f"{preset} {viewer}: {' '.join(call)}"
        own = {id(one) for one in world.canaries.found(call)}
        for one in world.forbidden(viewer, (said.out, said.err)):
            if id(one) not in own and not one.places & shown:
                wrong.append(f"{name}: {one.what}")
        if call is words and hidden and (status == 0) != may:
            wrong.append(f"{name}: status {status} {said.err}")
        if call is words and hidden and may and not world.canaries.found(said.out):
            wrong.append(f"{name}: nothing is shown")
    return wrong
