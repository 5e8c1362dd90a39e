"""Write the generated tables of README.md, keys and commands: ``python -m tests.tools.readme``.

Each stands between ``<!-- NAME -->`` and ``<!-- end of NAME -->``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import click

from crm_tui.cli.grammar import LazyGroup, Option
from crm_tui.cli.main import PROGRAM, program
from crm_tui.locale import _, language, set_language
from crm_tui.tui.keymap import key_table

README = Path(__file__).parents[2] / "README.md"


def commands() -> Iterator[tuple[str, click.Command, str]]:
    """Yield every command a user can see: its words (``user add``), itself, its help (English message)."""
    yield from _commands("", program())


def _commands(before: str, group: LazyGroup) -> Iterator[tuple[str, click.Command, str]]:
    for name, entry in group.entries.items():
        found = group.get_command(click.Context(group), name)
        if entry.hidden or found is None:
            continue
        words = f"{before} {name}".strip()
        if isinstance(found, LazyGroup):
            yield from _commands(words, found)
        else:
            yield words, found, entry.help


def options(command: click.Command, *, common: bool) -> list[Option]:
    """Return a command's visible options: its own, or those of every command."""
    return [
        one for one in command.params if isinstance(one, Option) and not one.hidden and one.common is common
    ]


def command_table(lang: str) -> str:
    """Return the commands with their options as Markdown, from the program's own help."""
    before = language()
    set_language(lang)
    try:
        rows = [f"| {_('Commands')} | {_('What it does')} |", "|---|---|"]
        top = program()
        rows.append(_row(f"{PROGRAM} [{_('OPTIONS')}]", _(str(top.help)), strong=True))
        rows += [_row(one.title, _(str(one.help))) for one in options(top, common=False)]
        for words, command, help in commands():
            arguments = [
                one.make_metavar(click.Context(command))
                for one in command.params
                if isinstance(one, click.Argument)
            ]
            text = ("" if lang == "zh" else " ").join([_(help), *_(command.epilog or "").split("\n")]).strip()
            rows.append(_row(" ".join([PROGRAM, words, *arguments]), text, strong=True))
            rows += [_row(one.title, _(str(one.help))) for one in options(command, common=False)]
        rows.append(f"| **{_('Options of every command:').rstrip(':：')}** | |")
        rows += [_row(one.title, _(str(one.help))) for one in options(top, common=True)]
        return "\n".join(rows) + "\n"
    finally:
        set_language(before)


def _row(code: str, text: str, *, strong: bool = False) -> str:
    code = f"`{code}`".replace("|", "\\|")
    return f"| {f'**{code}**' if strong else f'- {code}'} | {text.replace('|', chr(92) + '|')} |"


TABLES: dict[str, Callable[[], str]] = {
    f"{name} {lang}": partial(table, lang)
    for name, table in (("keys", key_table), ("commands", command_table))
    for lang in ("en", "zh")
}


def between(name: str) -> re.Pattern[str]:
    """Return the pattern of a table in the README: its opening, its text, its end."""
    return re.compile(rf"(<!-- {name} -->\n)(.*?)(<!-- end of {name} -->)", re.DOTALL)


def with_tables(text: str) -> str:
    """Return a README with every table as the program has it now."""
    for name, table in TABLES.items():
        text, count = between(name).subn(lambda found, table=table: found[1] + table() + found[3], text)
        if count != 1:
            raise ValueError(f"the README holds {count} tables named {name}")
    return text


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text("utf-8")), "utf-8")
