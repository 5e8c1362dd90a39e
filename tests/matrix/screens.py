"""Every screen walked as somebody, and keys pressed at random: what is painted is searched after each key.

``python -m tests.matrix.screens --keys 3000`` presses so many as every role and says what was shown to whom
it is not for.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click

import crm_tui.tui  # noqa: F401  (sets what must stand before Textual's first import)
from crm_tui.customers import service
from crm_tui.locale import set_language
from crm_tui.tui.actions import ACTIONS
from tests.matrix.building import built
from tests.matrix.rules import VIEWERS
from tests.matrix.world import PRESETS, World, opened
from tests.tui.driver import User, story
from tests.tui.office import app

SIZE = (230, 60)
# Leaving the program, or the terminal to the shell, ends the walk.
NEVER = ("quit", "suspend", "redraw", "restore", "drill", "backup_now", "mend")
Keys = tuple[str, ...]
# From the list of customers: keys, then a text to type and keys after it.
Way = tuple[Keys, str, Keys]
WAYS: tuple[Way, ...] = (
    (("f",), "预算:", ("escape",)),
    (("f",), "{title}", ("enter",)),
    (("f",), "联系电话:{phone}", ("enter",)),
    (("f",), "非 {name}", ("enter", "escape")),
    (("F",), "{name}", ("enter", "escape")),
    (("F",), "{phone}", ("enter", "escape")),
    (("c",), "", ("space", "j", "space", "escape")),
    (("s",), "", ("j", "j", "enter")),
    (("apostrophe",), "{name}", ("enter",)),
    (("slash",), "{phone}", ("tab",)),
    (("slash",), "{mail}", ("enter",)),
    (("slash",), "{name}", ("f7",)),
    (("slash",), "杭州瑞丰", ("ctrl+n", "enter")),
    (("w",), "", ("a", "escape")),
    (("w", "1"), "", ()),
    (("a",), "杭州瑞丰精密机械有限公司", ("tab", "ctrl+n", "f6")),
    (("a",), "{name}机械有限公司", ("tab", "f12")),
    (("e",), "", ("pagedown", "f4", "pagedown", "pagedown", "escape", "escape")),
    (("asterisk", "d"), "", ("pagedown",)),
    (("asterisk", "e"), "", ("escape",)),
    (("asterisk", "t"), "", ("escape",)),
    (("asterisk", "O"), "", ("enter", "escape")),
    (("g", "space", "j", "space", "m"), "", ("w", "equals_sign")),
    (("y",), "", ()),
    (("h",), "", ("enter", "pagedown")),
    (("H",), "", ("enter", "escape", "G", "enter", "u")),
    (("l",), "", ("pagedown",)),
    (("o",), "", ("enter",)),
    (("6",), "", ("s", "w", "escape", "enter", "w", "escape", "y", "x")),
    (("i",), "", ("enter", "f12", "pagedown", "enter")),
    (("t",), "", ("escape",)),
    (("V",), "", ("escape",)),
    (("P",), "", ("v", "pagedown", "e")),
    (("R",), "", ("space", "enter")),
    (("L",), "", ("f", "enter", "G")),
    (("W",), "", ("pagedown",)),
    (("C",), "", ("pagedown",)),
    (("D",), "", ("enter",)),
    (("M",), "", ()),
    (("9",), "", ("escape",)),
    (("colon",), "", ("escape",)),
    (("question_mark",), "", ("pagedown",)),
)


class Watcher:
    """Somebody at the screens of a world; ``leaks`` collects by kind of screen what is not for them."""

    def __init__(self, world: World, viewer: str, user: User) -> None:
        self.world, self.viewer, self.user = world, viewer, user
        self.leaks: dict[str, set[str]] = {}
        self.kinds: dict[str, int] = {}
        self.typed: set[int] = set()
        self.met = 0
        self.hidden = {one.what: one.text for one in world.hidden(viewer)}

    def look(self, key: str = "") -> None:
        """Search what is painted, the clipboard and the title."""
        user = self.user
        kind = getattr(user.screen, "kind", "") or type(user.screen).__name__
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        seen = (user.text, user.app.clipboard, user.app.title, user.app.sub_title)
        shown = self.world.forbidden(self.viewer, seen)
        self.met = max(self.met, len(self.world.canaries.found(user.text)))
        for one in shown:
            if id(one) not in self.typed:
                self.leaks.setdefault(f"{kind} {key}".strip(), set()).add(one.what)

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.user.press(key)
            if not self.user.app.is_running:
                return
            self.look(key)

    async def type(self, text: str) -> None:
        self.typed |= {id(one) for one in self.world.canaries.found(text)}
        await self.user.type(text)
        self.look("typed")

    async def home(self, kind: str = "customers") -> None:
        """Go back to the list of customers, whatever is open."""
        for _time in range(12):
            if getattr(self.user.screen, "kind", "") == kind:
                break
            await self.user.press("escape")
            if getattr(self.user.screen, "kind", "") in (
                "today",
                "history",
                "duplicates",
                "people",
                "policy",
            ):
                await self.user.press("2")
        # What was narrowed is shown again.
        await self.user.press("escape", "escape", "g")

    async def walk(self, ways: Iterable[Way] = WAYS) -> None:
        """Go through Today, some files and every box."""
        self.look("begin")
        await self.press("z", "escape", "G", "w", "escape", "enter", "h", "escape", "escape", "2", "g")
        for _customer in range(2):
            await self.press("enter", "w", "tab", "tab", "y", "h", "escape")
            await self.home()
            await self.press("G")
        hidden = {name: self.hidden.get(f"far.2: {of}", "x") for name, of in NAMED.items()}
        for before, text, after in ways:
            await self.home()
            await self.press(*before)
            if text:
                await self.type(text.format(**hidden))
            await self.press(*after)
        await self.home()

    async def at_random(self, keys: int, seed: int) -> None:
        """Press keys that the registry has for the screen one is on."""
        chance = random.Random(seed)
        for _time in range(keys):
            kind = getattr(self.user.screen, "kind", "")
            fitting = [one for one in ACTIONS if one.belongs_to(kind) and one.id not in NEVER and one.keys]
            key = (
                chance.choice(chance.choice(fitting).keys) if fitting and chance.random() < 0.8 else "escape"
            )
            await self.press(key)
            if not self.user.app.is_running:
                return


NAMED = {"title": "contact title", "phone": "mobile", "name": "name", "mail": "email"}


def edit_by_another(path: Path, customer: int, budget: int = 77_00) -> None:
    """Let the administrator change what somebody is editing."""
    with opened(path, "boss") as boss:
        row = boss.reader.execute(
            "SELECT changed_in FROM customer WHERE id = :id", {"id": customer}
        ).fetchone()
        values = {"budget_min": budget, "budget_max": budget, "need": "又改了", "note": "也改了"}
        boss.write(service.update, customer, row[0], values)


async def watched(
    world: World, viewer: str, folder: Path, keys: int = 0, seed: int = 1, *, ways: Iterable[Way] = WAYS
) -> Watcher:
    """Walk and press keys as somebody, and return what was seen."""
    with world.open(viewer, folder) as session:
        async with story(app(session, "today"), size=SIZE) as user:
            watcher = Watcher(world, viewer, user)
            await watcher.walk(ways)
            await watcher.at_random(keys, seed)
            user.app.faults.clear()
            return watcher


@click.command()
@click.option("--keys", default=2000)
@click.option("--seed", default=1)
def main(keys: int, seed: int) -> None:
    """Press so many keys as every role; status 1 when anything was shown that is not for it."""
    set_language("zh")
    shown = 0
    for preset in PRESETS:
        for viewer in VIEWERS:
            with tempfile.TemporaryDirectory() as folder:
                os.environ.update(HOME=folder, XDG_CONFIG_HOME=folder, XDG_STATE_HOME=folder)
                os.chdir(folder)
                done = asyncio.run(watched(built(preset), viewer, Path(folder), keys, seed))
                os.chdir("/")
            shown += len(done.leaks)
            click.echo(f"{preset} {viewer}: {sum(done.kinds.values())} looks, kinds {sorted(done.kinds)}")
            for kind, leaks in done.leaks.items():
                click.echo(f"  {kind}: {sorted(leaks)[:5]}")
    raise SystemExit(bool(shown))


if __name__ == "__main__":
    main()
