"""The campaign: hostile texts through every command and every screen.

``python -m tests.hostile.walk --strings 500`` builds the database, calls every command on a terminal and
into a pipe, goes over all screens, and says what stands where it must not; status 1 when anything does.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from crm_tui.locale import set_language
from tests.hostile import calls, lines, lines_house
from tests.hostile.corpus import corpus, typeable
from tests.hostile.kept import kept
from tests.hostile.world import OWNER, build

BATCH = 50  # texts that share an opened session
SHEET = 10  # texts that share a sheet to import


def commands(
    folder: Path, texts: Sequence[str], every: int = 1, shared: int = SHEET
) -> tuple[list[str], Counter[str]]:
    """Call every command with every text, or with each ``every``-th; return what is wrong, and the counts.

    What lists all opens the file for each call; calls with a text find it open.
    """
    wrong: list[str] = []
    counts: Counter[str] = Counter()

    def run(words: calls.Words, *, terminal: bool) -> calls.Said:
        said = calls.call(words, terminal=terminal)
        counts["calls"] += 1
        counts["bytes"] += len(said.out.encode("utf-8", "replace")) + len(said.err.encode("utf-8", "replace"))
        counts[f"status {said.status}"] += 1
        wrong.extend(f"{'terminal' if terminal else 'pipe'}: {one}" for one in calls.judged(words, said))
        return said

    for terminal in (True, False):
        for words in (*lines.WHOLE, *lines_house.WHOLE):
            said = run(words, terminal=terminal)
            if terminal and words in lines.TABLES:
                counts["lines compared"] += said.out.count("\n")
                wrong.extend(
                    f"{' '.join(words)}: {one}" for one in calls.askew(said.out, lines.TABLES[words])
                )
    for first in range(0, len(texts), BATCH):
        with kept(Path(os.environ["CRM_DB"])):
            for number in range(first, min(first + BATCH, len(texts))):
                place = lines.Place(folder, number, texts[number : number + shared])
                for at, make in enumerate(lines.LINES.values()):
                    if (number + at) % every == 0:
                        for more, words in enumerate(make(typeable(texts[number]), place)):
                            run(words, terminal=(number + more) % 2 == 0)
    return wrong, counts


def place(folder: Path, texts: Sequence[str]) -> None:
    """Let this process be the owner of a folder, and make the database in it where there are texts."""
    os.environ.update(
        HOME=str(folder), XDG_CONFIG_HOME=str(folder), XDG_STATE_HOME=str(folder), LOGNAME=OWNER
    )
    os.environ.update(CRM_DB=str(folder / "team.db"), CRM_LANG="zh", USER=OWNER)
    os.environ.pop("NO_COLOR", None)
    os.chdir(folder)
    if texts:
        build(folder / "team.db", texts)


@click.command()
@click.option("--strings", default=500)
@click.option("--seed", default=7)
@click.option("--only", type=click.Choice(["commands", "screens"]))
def main(strings: int, seed: int, only: str | None) -> None:
    """Send so many hostile texts everywhere; status 1 when one got through."""
    set_language("zh")
    texts = corpus(strings, seed)
    found: list[str] = []
    import crm_tui.session
    from crm_tui.cli import upkeep

    crm_tui.session.system_login = upkeep.system_login = lambda: OWNER
    if only != "screens":
        with tempfile.TemporaryDirectory() as name:
            began = time.process_time()
            place(Path(name), texts)
            wrong, counts = commands(Path(name), texts)
            os.chdir("/")
            found += wrong
            told = ", ".join(f"{key} {n:,}" for key, n in sorted(counts.items()))
            spent = time.process_time() - began
            click.echo(f"{len(lines.commands())} commands: {told}; {len(wrong)} wrong; {spent:.0f} CPU s")
    if only != "commands":
        from tests.hostile import screens

        wrong, told = screens.campaign(texts)
        found += wrong
        click.echo(told)
    for one in found[:40]:
        click.echo(one[:600].encode("utf-8", "backslashreplace").decode())
    raise SystemExit(bool(found))


if __name__ == "__main__":
    main()
