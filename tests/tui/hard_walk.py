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
from datetime import date
from pathlib import Path

import click
import time_machine

import crm_tui.tui  # noqa: F401  (sets what must stand before Textual's first import)
from crm_tui.customers import service as customers
from crm_tui.followups import service as followups
from crm_tui.followups.service import PlanDraft
from crm_tui.locale import set_language
from crm_tui.storage.change import Change
from tests.tui.driver import User, story
from tests.tui.hard import Eyes, by_chance
from tests.tui.office import NOW, app, office

SIZE = (120, 64)
BATCH = 500


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
        followups.add_plan(change, customer, PlanDraft(date(2026, 11, 1 + number % 20), goal=third))


async def walk(user: User, eyes: Eyes) -> list[str]:
    """Go from Today over all screens and return what stands askew; the sheet lies in the folder we are in."""
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
    await user.press("H")
    look()
    await home()
    await user.press("l")
    look(raw=True)
    await home()
    await user.press("o")
    look(raw=True)
    await home()
    await user.press("i", "enter")
    look()
    await user.press("f12")
    look()
    await user.press("pagedown", "enter")
    look()
    await home()
    await user.press(":")
    look(raw=True)
    return wrong


async def played(folder: Path, texts: list[str]) -> tuple[list[str], int]:
    """Return what stands askew with these texts in a new database, and how many cells were compared."""
    sheet(folder / "客户.csv", texts[::9])
    os.chdir(folder)
    with time_machine.travel(NOW, tick=False), office(folder) as session:
        session.write(fill, texts)
        async with story(app(session, "today"), size=SIZE) as user:
            eyes = Eyes(*SIZE)
            return await walk(user, eyes), eyes.seen


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
            wrong, seen = asyncio.run(played(Path(folder), texts[at : at + BATCH]))
            os.chdir("/")
        cells, askew = cells + seen, askew + len(wrong)
        for one in wrong[:5]:
            click.echo(one)
        click.echo(f"{min(at + BATCH, strings)} texts, {cells} cells, {askew} askew")
    raise SystemExit(bool(askew))


if __name__ == "__main__":
    main()
