"""Writing the queue to a file, as it stands on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, cast

from crm_tui.exchange.exporting import export_table
from crm_tui.exchange.leaving import withheld, within
from crm_tui.locale import N_, _, ngettext
from crm_tui.queue import service as queue
from crm_tui.session import Session
from crm_tui.tui.screens.form_screen import FormScreen
from crm_tui.tui.screens.saving import sentences
from crm_tui.tui.screens.today_rows import QueueSource, due_text
from crm_tui.tui.screens.wizard_files import free_name, typed_path
from crm_tui.tui.widgets.form import Field, Form

ENDINGS = (("xlsx", "Excel (xlsx)"), ("csv", "CSV"), ("json", "JSON"))


def columns() -> list[tuple[str, str]]:
    """Return heading and json key of every column."""
    return [
        (_("Group"), "group"),
        (_("Urgency"), "urgency"),
        (_("Customer no."), "no"),
        (_("Customer name"), "name"),
        (_("Why"), "why"),
        (_("Next step"), "goal"),
        (_("Due"), "due"),
        (_("Contact"), "contact"),
        (_("Phone"), "phone"),
        (_("Owner"), "owner"),
    ]


def rows(session: Session, text: str) -> tuple[list[tuple[str, ...]], int]:
    """Return the queue that a search text leaves, folded groups included; for the database thread.

    Of customers that the role may not export there is the number alone.
    """
    source = QueueSource(session, text)
    today = session.today()
    items = list(source.everything())
    allowed = set(within(session, [item.customer_id for item in items]) or ())
    found: list[tuple[str, ...]] = [
        (
            _(queue.GROUPS[item.group]), f"{item.urgency:.1f}", item.no, item.name, item.why, item.goal,
            due_text(item, today, session.zone), item.contact, item.phone, item.owner,
        )
        for item in items
        if item.customer_id in allowed
    ]  # fmt: skip
    return found, len({item.customer_id for item in items} - allowed)


class TodayExportScreen(FormScreen):
    """Asks for the kind of file and its place."""

    called: ClassVar[Mapping[str, str]] = {"save": N_("Export")}
    saves_elsewhere: ClassVar[bool] = True

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.text = text
        self._proposed = ""

    def heading(self) -> str:
        """Return the title."""
        return _("Export the queue")

    def form(self) -> Form:
        """Return the form; the file's name follows the kind until it is typed."""
        self._proposed = self._place("xlsx")
        return Form(
            [
                Field("ending", _("Kind of file"), "choice", value="xlsx", choices=ENDINGS),
                Field("path", _("File"), value=self._proposed, required=True),
            ]
        )

    def _place(self, ending: str) -> str:
        name = _("queue") + f"-{self.crm.today().isoformat()}.{ending}"
        return str(free_name(Path.cwd() / name))

    def on_form_changed(self, event: Form.Changed) -> None:
        """Let the file's name follow the kind of file, unless somebody typed it."""
        if event.key == "ending" and event.value and self.the_form.values()["path"] == self._proposed:
            self._proposed = self._place(event.value)
            self.the_form.fill("path", self._proposed, as_before=True)

    async def save(self, values: Mapping[str, str]) -> str:
        """Write the file; one that exists is never overwritten."""
        path = typed_path(values["path"])
        count, left = await self.crm.work.run(self._write, path)
        text = ngettext("{n} row written to {path}.", "{n} rows written to {path}.", count)
        said = text.format(n=f"{count:,}", path=path.absolute())
        return sentences(said, left) if left else said

    def _write(self, path: Path) -> tuple[int, str]:
        session = cast("Session", self.crm.session)
        found, left = rows(session, self.text)
        return export_table(session, "due", path, _("Today"), columns(), found), withheld(left)
