"""Judging that customers side by side are not the same: with a note for whoever meets them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crm_tui.dedupe import apart
from crm_tui.locale import _
from crm_tui.tui.screens.form_screen import FormScreen
from crm_tui.tui.widgets.form import Field, Form


class VerdictScreen(FormScreen):
    """Asks for an optional note and keeps the judgement; closes with True, None by Esc."""

    def __init__(self, one: int, others: Sequence[int], names: str, *, related: bool) -> None:
        super().__init__()
        self.one = one
        self.others = list(others)
        self.names = names
        self.related = related

    def heading(self) -> str:
        """Return the verdict and whom it is about."""
        verdict = _("Related companies") if self.related else _("Not the same customer")
        return f"{verdict}  {self.names}"

    def form(self) -> Form:
        """Return the form: the note."""
        hint = _("Why, for whoever meets the two again.")
        return Form([Field("note", _("Note (optional)"), hint=hint)])

    async def save(self, values: Mapping[str, str]) -> str | None:
        """Keep the judgement."""
        judge = apart.relate_all if self.related else apart.reject_all
        await self.crm.write(judge, self.one, self.others, values["note"])
        self.result = True
        return None
