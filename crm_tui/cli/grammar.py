"""The grammar on click: common options everywhere, commands loaded when called, help in two languages."""

from __future__ import annotations

import importlib
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from crm_tui import config
from crm_tui.cli.registry import Entry
from crm_tui.cli.state import State
from crm_tui.locale import LANGUAGES, N_, _, set_language
from crm_tui.text.cells import clip, fit, width

WIDEST = 100
FIRST_COLUMN = 28
EXCLUDED = re.compile(r"-(?:[^\x00-\x7f]|\"|[a-z][a-z-]*(?:[:：<>＜＞=≥≤]|!=))", re.IGNORECASE)
CLOSING, OPENING = "，。；：、）”！？", "（“"


class Option(click.Option):
    """An option whose help is a message of the catalogue."""

    common = False

    @property
    def told(self) -> str:
        """Return its help in the language in use."""
        message = self.help or self.opts[0]
        return _(message)

    @property
    def title(self) -> str:
        """Return the option with its metavar, as help shows it: ``--db PATH``."""
        names = ", ".join(self.opts) + "".join(f"/{name}" for name in self.secondary_opts)
        if self.is_flag:
            return names
        choices = "|".join(map(str, self.type.choices)) if isinstance(self.type, click.Choice) else ""
        return f"{names} {choices or self.metavar or (self.name or '').upper()}"


class _Help:
    """Writes help by cells and in the language in use; shared by commands and groups."""

    name: str | None
    help: str | None
    epilog: str | None
    params: list[click.Parameter]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; every refusal knows its command, whose usage is shown with it."""
        try:
            return super().parse_args(ctx, args)  # ty: ignore[missing-attribute]
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def get_help(self, ctx: click.Context) -> str:
        """Return the help page of a command."""
        room = min(shutil.get_terminal_size((80, 24)).columns, WIDEST)
        pieces = [_("Usage: {command}").format(command=usage(ctx)), ""]
        text = self.help or self.name or ""
        pieces += wrapped(_(text), room, "  ")
        if self.epilog:
            pieces += [
                "",
                *(line for text in _(self.epilog).split("\n") for line in wrapped(text, room, "  ")),
            ]
        if isinstance(self, LazyGroup):
            shown = [(name, _(entry.help)) for name, entry in self.entries.items() if not entry.hidden]
            pieces += ["", _("Commands:"), *listing(shown, room)]
        for heading, common in ((_("Options:"), False), (_("Options of every command:"), True)):
            options = [
                (one.title, one.told)
                for one in self.params
                if isinstance(one, Option) and not one.hidden and one.common is common
            ]
            if options:
                pieces += ["", heading, *listing(options, room)]
        return "\n".join(pieces)


def usage(ctx: click.Context) -> str:
    """Return a command with its arguments in one line."""
    pieces = [ctx.command_path, _("[OPTIONS]")]
    for one in ctx.command.params:
        if isinstance(one, click.Argument):
            pieces.append(one.make_metavar(ctx))
    if isinstance(ctx.command, LazyGroup):
        pieces.append(_("COMMAND") if ctx.parent else _("[COMMAND]"))
    return " ".join(pieces)


def listing(pairs: Sequence[tuple[str, str]], room: int) -> list[str]:
    """Return names with their help beside them, aligned by cells."""
    first = min(max(width(name) for name, _help in pairs), FIRST_COLUMN)
    lead = " " * (first + 4)
    lines = []
    for name, text in pairs:
        body = wrapped(text, room, lead) or [lead]
        if width(name) > first:
            lines += ["  " + name, *body]
        else:
            lines += ["  " + fit(name, first) + "  " + body[0][len(lead) :], *body[1:]]
    return [line.rstrip() for line in lines]


def wrapped(text: str, room: int, lead: str) -> list[str]:
    """Return a text in lines of at most ``room`` cells; between wide characters it may break anywhere."""
    lines: list[str] = []
    left = text.strip()
    while left:
        part = clip(left, max(room - len(lead), 10))
        if len(part) < len(left) and left[len(part)] != " ":
            at = len(part)
            while at > 0 and _holds_together(left[at - 1], left[at]):
                at -= 1
            part = left[:at] if at > 0 else part
        lines.append(lead + part.rstrip())
        left = left[len(part) :].lstrip()
    return lines


def _holds_together(before: str, behind: str) -> bool:
    """Tell whether no line may end between two signs: in a word, before a closing mark, behind an opening."""
    if before == " ":
        return False
    return (before.isascii() and behind.isascii()) or behind in CLOSING or before in OPENING


class Command(_Help, click.Command):
    """A command that takes the common options and speaks the user's language."""

    def __init__(
        self,
        name: str,
        callback: Callable[..., Any],
        help: str,
        *,
        excluding: bool = False,
        **attributes: Any,
    ) -> None:
        super().__init__(name, callback=callback, help=help, add_help_option=False, **attributes)
        self.excluding = excluding
        self.params += common_options()

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; one too many is refused in the user's language."""
        ctx.allow_extra_args = True
        if self.excluding:
            valued = {name for one in self.params if not getattr(one, "is_flag", True) for name in one.opts}
            args = [
                "!" + one[1:] if before not in valued and EXCLUDED.match(one) else one
                for before, one in zip(["", *args], args, strict=False)
            ]
        rest = super().parse_args(ctx, args)
        if rest:
            raise click.UsageError(_("Too many arguments: {words}.").format(words=" ".join(rest)), ctx)
        return rest


class LazyGroup(_Help, click.Group):
    """A group that imports a command's module when that command is called, and not before."""

    def __init__(self, name: str, help: str, entries: Mapping[str, Entry], **attributes: Any) -> None:
        super().__init__(name, help=help, add_help_option=False, **attributes)
        self.entries = entries
        self.params += common_options()

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command, None when there is none of that name."""
        entry = self.entries.get(cmd_name)
        return getattr(importlib.import_module(entry.module), entry.attribute) if entry else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is called; refuses an unknown one in the user's language."""
        if args[0] not in self.entries:
            names = ", ".join(name for name, entry in self.entries.items() if not entry.hidden)
            text = _("There is no command “{name}”. There are: {names}.").format(name=args[0], names=names)
            raise click.UsageError(text, ctx)
        return super().resolve_command(ctx, args)


def _state(ctx: click.Context) -> State:
    state = ctx.find_object(State)
    if state is None:
        raise RuntimeError("a command was called without its state")
    return state


def _db(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value:
        _state(ctx).db = config.full_path(value)


def _json(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        _state(ctx).out.as_json = True


def _lang(_ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value:
        set_language(value)


def _read_only(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        _state(ctx).read_only = True


def _help(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        click.echo(ctx.get_help())
        ctx.exit()


def common_options() -> list[click.Parameter]:
    """Return fresh copies of the options that every command takes."""
    options = [
        Option(
            ["--db"], metavar="PATH", callback=_db, expose_value=False,
            help=N_("The database (else the variable CRM_DB, else your own)."),
        ),
        Option(
            ["--json"], is_flag=True, callback=_json, expose_value=False,
            help=N_("Write JSON: one object, or one on each line for a list."),
        ),
        Option(
            ["--lang"], type=click.Choice(LANGUAGES), callback=_lang, expose_value=False, is_eager=True,
            help=N_("Chinese or English."),
        ),
        Option(
            ["--read-only"], is_flag=True, callback=_read_only, expose_value=False,
            help=N_("Open the database for reading only."),
        ),
        Option(
            ["-h", "--help"], is_flag=True, callback=_help, expose_value=False, is_eager=True,
            help=N_("Show this page."),
        ),
    ]  # fmt: skip
    for one in options:
        one.common = True
    return list(options)


def option(*names: str, **attributes: Any) -> Option:
    """Return an option; ``help`` is an English message."""
    return Option(list(names), **attributes)


def argument(name: str, metavar: str, **attributes: Any) -> click.Argument:
    """Return an argument, shown under its metavar."""
    return click.Argument([name], metavar=metavar, **attributes)


def command(
    entry: Entry, *params: click.Parameter, more: str = "", excluding: bool = False
) -> Callable[[Callable[..., Any]], Command]:
    """Make a function a command; it is called with the State first, then its own parameters by name.

    ``more`` is a further paragraph of help (English message). ``excluding``: its arguments are a filter, of
    which -状态:潜在客户 leaves something out and is no option.
    """

    def make(function: Callable[..., Any]) -> Command:
        def call(**values: Any) -> Any:
            return function(_state(click.get_current_context()), **values)

        return Command(
            getattr(function, "__name__", ""), call, entry.help, params=list(params), epilog=more or None,
            excluding=excluding,
        )  # fmt: skip

    return make
