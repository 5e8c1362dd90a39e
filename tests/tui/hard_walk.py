"""A walk over every screen that shows data, hard texts in all of them.

``python -m tests.tui.hard_walk --strings 20000 --seed 7`` makes many of any code points and says what stands
askew; five hundred to a walk.
"""

from __future__ import annotations

import asyncio
import csv
import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import click
import time_machine

import crm_tui.tui  # noqa: F401  (sets what must stand before Textual's first import)
from crm_tui.access import people, policies, teams
from crm_tui.access.verbs import GROUPS
from crm_tui.customers import service as customers
from crm_tui.followups import service as followups
from crm_tui.followups.service import PlanDraft
from crm_tui.locale import set_language
from crm_tui.session import Session, open_session
from crm_tui.storage.change import Change
from crm_tui.tui.screens.unmask import UnmaskScreen
from tests.tui.driver import User, story
from tests.tui.hard import Eyes, by_chance
from tests.tui.office import NOW, app, office
from tests.tui.two import edit, theirs

SIZE = (120, 64)
BATCH = 500
# What nothing opens but keys on rows: the walk of tests/hostile/screens.py opens all others by their names.
BY_KEYS = frozenset(
    (
        "BulkBox",
        "ColumnsBox",
        "ConflictScreen",
        "ExplainBox",
        "FilterBox",
        "ImpactBox",
        "JumpBox",
        "ManyTagsBox",
        "MergeScreen",
        "PickBox",
        "SortBox",
        "TwinsScreen",
        "ViewsBox",
    )
)
# What is typed on the way: wide, marks, right to left, signs of no sure width.
NAMED = "恒e\u0301达 שלום ①… 👍 ｱﾊﾟ"


def sheet(path: Path, texts: Sequence[str]) -> None:
    """Write a sheet whose names and contacts are hard texts."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = [(f"{text}!", text, "13900139000") for text in texts]
        body = [[cell.encode("utf-8", "replace").decode().replace("\0", "") for cell in row] for row in rows]
        csv.writer(file).writerows([("客户名称", "联系人姓名", "联系方式"), *body])


def fill(change: Change, texts: list[str]) -> None:
    """Write customers whose names, contacts, needs, tags, plans and talks are hard texts."""
    storable = [text.encode("utf-8", "replace").decode() for text in texts]
    for number, name in enumerate(storable[::3]):
        other, third = (storable[(number * 3 + by) % len(storable)] for by in (1, 2))
        values = {"name": f"{name}#", "status": "prospect", "kind": "company", "industry": other[:20] or "-"}
        few = {"need": third, "key_note": other, "main_business": name} if number % 5 == 0 else {}
        contact = {"name": other.strip() or "-", "title": third, "mobile": f"138{number:08}"}
        tags = [third.strip()[:30] or "-"] if few else []
        customer = customers.add(change, values | few, [contact], tags)
        if number % 9 == 0:
            customers.add(change, values | few, [contact])
        followups.add_plan(change, customer, PlanDraft(date(2026, 11, 1 + number % 20), goal=third))


def fill_house(change: Change, texts: list[str]) -> None:
    """Write teams, colleagues and a role whose names are hard texts."""
    storable = [text.encode("utf-8", "replace").decode().strip() for text in texts]
    for number, name in enumerate(storable[:20]):
        team = teams.add(change, f"{name[:30]}{number}", None, name)
        people.admit(change, f"p{number}", f"{name}#"[:60], "sales_rep", [name], team)
    policies.add_role(change, f"{storable[0][:20]}#", "sales_rep")
    for colleague in (1, 2):
        people.set_team(change, colleague, 1)


async def walk(user: User, eyes: Eyes, colleague: Session) -> list[str]:
    """Go from Today over all screens and return what stands askew; the sheet lies in the folder we are in.

    The colleague changes what is being edited, so that both texts are asked about.
    """
    wrong: list[str] = []

    def look(*, raw: bool = False) -> None:
        wrong.extend(f"{user.screen.kind}: {one}" for one in eyes.look(user.app, raw=raw))

    async def home() -> None:
        while user.screen.kind != "customers":
            await user.press("escape")

    for _page in range(3):
        look()
        await user.press("pagedown")
    await user.press("2", "g")
    for _page in range(3):
        look()
        if len(eyes.column_of("1380000")) != 1:
            wrong.append(f"telephones stand in columns {eyes.column_of('1380000')}")
        await user.press("pagedown")
    await user.press("t")
    look(raw=True)
    await user.press("escape", "g")
    for number in range(2):
        await user.press("enter")
        look()
        await user.press("h")
        look()
        await user.press("enter")
        look()
        await home()
        await user.press("e")
        look(raw=True)
        await user.press("pagedown")
        look(raw=True)
        await home()
        await user.rush(*["j"] * (number * 5 + 3))

    async def boxes(*ways: tuple[str, ...]) -> None:
        for keys in ways:
            await user.press(*keys)
            look(raw=True)
            await home()

    # What lists are steered by, then what is done with marked rows.
    for text in ("行业:", "标签:"):
        await user.press("f")
        await user.type(text)
        look(raw=True)
        await home()
    await boxes(("c",), ("s",), ("apostrophe",), ("slash",))
    await user.press("w", "a")
    await user.type(NAMED)
    await user.press("f12")
    look(raw=True)
    await home()
    await user.press("w", "1")
    look(raw=True)
    await user.press("g", "v", "pagedown", "space")
    look()
    await boxes(("e",), ("d",), ("t",))
    await user.press("O", "enter")
    look(raw=True)
    await home()
    await user.press("asterisk")
    look()
    await user.press("escape", "g")
    # Two people on one field.
    customer_id = user.screen.table.row.id
    await user.press("e")
    for key, text in (("need", NAMED), ("note", NAMED * 5), ("key_note", "我的")):
        await edit(user, key, text)
    hard = {"need": NAMED[::-1], "note": NAMED[::-1] * 30, "key_note": NAMED}
    theirs(colleague, row_id=customer_id, **hard)
    await user.press("f12")
    if user.screen.kind != "conflict":
        wrong.append(f"no conflict was asked about: {user.message}")
    look(raw=True)
    await user.press("down", "space")
    look(raw=True)
    await user.press("escape", "escape")
    look(raw=True)
    await user.press("escape", "escape")
    await home()
    await user.press("D")
    look(raw=True)
    await home()
    await user.press("H")
    look()
    await home()
    await user.press("l")
    look(raw=True)
    await home()
    await user.press("o")
    look(raw=True)
    await home()
    await user.app.show(UnmaskScreen(customer_id, list(GROUPS)))
    await user.idle()
    look(raw=True)
    await home()
    await user.press("g", "space", "j", "space", "m")
    look(raw=True)
    await home()
    await user.press("escape", "g", "i", "enter")
    look()
    await user.press("f12")
    look()
    await user.press("pagedown", "enter")
    look()
    await home()
    # Duplicates of any texts: names twice, put side by side.
    await user.press("6", "s")
    if user.screen.table.total < 2:
        wrong.append("no duplicates are found")
    look()
    await user.press("pagedown", "w")
    look(raw=True)
    await user.press("escape", "enter")
    look(raw=True)
    await user.press("escape", "2")
    # Colleagues, what roles may do, the audit.
    await user.press("P")
    look()
    await user.press("j", "j", "d")
    look(raw=True)
    await user.press("escape", "G", "e")
    look(raw=True)
    await user.press("escape", "R", *["right"] * 6)
    look()
    await user.press("d")
    look(raw=True)
    await user.press("escape", "L")
    look()
    await user.press("enter")
    look(raw=True)
    await home()
    await user.press("enter", "W", "down", "enter")
    look(raw=True)
    await home()
    await user.press(":")
    look(raw=True)
    return wrong


async def played(folder: Path, texts: list[str]) -> tuple[list[str], Eyes]:
    """Return what stands askew with these texts in a new database, and the eyes that saw it."""
    sheet(folder / "客户.csv", texts[::9])
    os.chdir(folder)
    with ExitStack() as stack:
        stack.enter_context(time_machine.travel(NOW, tick=False))
        session = stack.enter_context(office(folder))
        session.write(fill, texts)
        session.database.write(1, "user.add", lambda change: fill_house(change, texts))
        colleague = stack.enter_context(open_session(session.database.path, login="li"))
        async with story(app(session, "today"), size=SIZE) as user:
            eyes = Eyes(*SIZE)
            return await walk(user, eyes, colleague), eyes


@click.command()
@click.option("--strings", default=5000)
@click.option("--seed", default=1)
def main(strings: int, seed: int) -> None:
    """Show so many texts made by chance on every screen; status 1 when anything stood askew."""
    set_language("zh")
    texts = list(by_chance(strings, seed))
    cells = askew = 0
    for at in range(0, strings, BATCH):
        with tempfile.TemporaryDirectory() as folder:
            os.environ.update(HOME=folder, XDG_CONFIG_HOME=folder, XDG_STATE_HOME=folder)
            os.environ.pop("NO_COLOR", None)
            wrong, eyes = asyncio.run(played(Path(folder), texts[at : at + BATCH]))
            os.chdir("/")
        cells, askew = cells + eyes.seen, askew + len(wrong)
        for one in wrong[:5]:
            click.echo(one)
        click.echo(f"{min(at + BATCH, strings)} texts, {cells} cells, {askew} askew")
    raise SystemExit(bool(askew))


if __name__ == "__main__":
    main()
