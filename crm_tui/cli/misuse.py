"""What is said of a call that the grammar does not know."""

from __future__ import annotations

import click

from crm_tui.cli.diagnostics import say
from crm_tui.cli.grammar import usage
from crm_tui.errors import joined
from crm_tui.locale import _


def say_usage(error: click.UsageError) -> None:
    """Explain a call that the grammar does not know, with the line of usage."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        say(error.format_message())
        return
    say(_("Not understood: {what}").format(what=usage_sentence(error)))
    if error.ctx is not None:
        say(_("Usage: {command}").format(command=usage(error.ctx)))
        say(_("Help: {command} --help").format(command=error.ctx.command_path))


def usage_sentence(error: click.UsageError) -> str:
    """Return click's refusal in the language in use."""
    if isinstance(error, click.MissingParameter):
        return _("{name} is missing.").format(name=_name(error))
    if isinstance(error, click.NoSuchOption):
        text = _("there is no option {name}.").format(name=error.option_name)
        near = ", ".join(error.possibilities or ())
        return joined(text, _("Did you mean {names}?").format(names=near) if near else "")
    if isinstance(error, click.BadOptionUsage):
        if "does not take" in error.message:
            return _("the option {name} takes no value.").format(name=error.option_name)
        return _("the option {name} needs a value.").format(name=error.option_name)
    if isinstance(error, click.BadParameter):
        kind = error.param.type if error.param else None
        if isinstance(kind, click.Choice):
            choices = ", ".join(map(str, kind.choices))
            return _("{name} is one of {choices}.").format(name=_name(error), choices=choices)
        if isinstance(kind, click.IntRange):
            low, high = kind.min, kind.max
            if high is None:
                return _("{name} is a whole number of {low} or more.").format(name=_name(error), low=low)
            return _("{name} is a whole number from {low} to {high}.").format(
                name=_name(error), low=low, high=high
            )
        if isinstance(kind, click.types.IntParamType):
            return _("{name} is a whole number.").format(name=_name(error))
        return f"{_name(error)}: {error.message}"
    return error.message


def _name(error: click.BadParameter) -> str:
    if isinstance(error.param, click.Option):
        return error.param.opts[-1]
    if error.param is not None:
        return error.param.metavar or (error.param.name or "").upper()
    return str(error.param_hint or "")
