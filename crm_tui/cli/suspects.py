"""The suspected duplicates of ``import``: what the call decides about them, and what it tells of them."""

from __future__ import annotations

from typing import Any

import click

from crm_tui.cli.diagnostics import say
from crm_tui.dedupe import wording
from crm_tui.dedupe.scoring import REVIEW, Line
from crm_tui.errors import BadInput
from crm_tui.exchange.duplicates import BANDS, CHOICES
from crm_tui.exchange.importing import ImportPlan, PlannedRow
from crm_tui.locale import _


def row_choices(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> dict[int, str]:
    """Return by row what was said of it: merge, add or out."""
    found = {}
    for value in values:
        row, _sign, choice = value.partition("=")
        if not row.strip().isdecimal() or choice.strip() not in CHOICES:
            raise click.BadParameter(_("write it as row=choice: 12=merge, 12=add or 12=out."))
        found[int(row)] = choice.strip()
    return found


def choose_rows(plan: ImportPlan, choices: dict[int, str]) -> None:
    """Decide on single rows; raises BadInput for one that is no suspect, or can go into no customer."""
    for row, choice in choices.items():
        if plan.suspect(row) is None:
            raise BadInput(
                _("Row {row} is no suspected duplicate.").format(row=row), _("Nothing was imported."),
                _("crm-tui import --dry-run lists them."),
            )  # fmt: skip
        if not plan.choose(choice, row=row):
            raise BadInput(
                _("Row {row} cannot go into a customer.").format(row=row), _("Nothing was imported."),
                plan.why_not_into(row),
            )  # fmt: skip


def tell_bands(plan: ImportPlan) -> None:
    """Say how many rows resemble a customer or another row, and what becomes of them."""
    for band, title in BANDS.items():
        if found := plan.bands.get(band):
            told = _(", ").join(f"{_(CHOICES[choice])} {n}" for choice, n in found.items())
            text = _("{band} {n}: {choices}")
            say(text.format(band=_(title), n=sum(found.values()), choices=told))


def remarked(plan: ImportPlan, limit: int) -> list[PlannedRow]:
    """Return rows that are to be checked and are taken all the same."""
    rows = [plan.row(one.row) for one in plan.suspects(REVIEW, limit=limit)]
    return [row for row in rows if row is not None and row.verdict != "suspect"]


def suspects_told(plan: ImportPlan) -> list[dict[str, Any]]:
    """Return each suspect as an object: whom it resembles, in which band, by which score and reasons."""
    return [
        {
            "row": one.row, "band": one.band, "score": one.score, "other": one.called, "choice": one.choice,
            "other_row": one.other_row or None, "reason": one.reason,
            "reasons": [wording.text(Line(*line)) for line in one.terms],
        }
        for one in plan.suspects(limit=plan.counts["rows"])
    ]  # fmt: skip
