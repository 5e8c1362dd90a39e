"""A change of people, teams or roles, shown with who is affected before it is made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.widget import Widget

from crm_tui.access import impact
from crm_tui.access.impact import Impact
from crm_tui.errors import Refused
from crm_tui.locale import _
from crm_tui.session import Session
from crm_tui.tui.screens.base import PopUp
from crm_tui.tui.widgets.lines import wrapped
from crm_tui.tui.widgets.prose import Prose
from crm_tui.tui.widgets.rows import Column, ListSource, Row
from crm_tui.tui.widgets.table import Table

if TYPE_CHECKING:
    from crm_tui.tui.frame import Frame

Done = Callable[[Any], Awaitable[None] | None]
SENTENCES = 5
MOST, LINES = 3, 8


class ImpactBox(PopUp):
    """Who is affected, and how; closes with True by Enter, None by Esc."""

    kind: ClassVar[str] = "impact"

    def __init__(self, title: str, found: Impact, warning: str = "") -> None:
        super().__init__()
        self.title_text = title
        self.found = found
        self.warning = warning
        self.told = Prose(classes="impact-told")
        self.table = Table(
            [Column(_("Colleague"), 12, flex=1), Column(_("What changes"), 30, flex=4, tone="dim")],
            header=False,
        )

    def heading(self) -> str:
        """Return the title."""
        return self.title_text

    def box(self) -> Iterable[Widget]:
        """Yield the sum, and each person."""
        yield self.told
        yield self.table

    async def reload(self) -> None:
        """Put in words who is affected."""
        said = impact.told(self.found)
        if len(said) > SENTENCES:
            said = [*said[: SENTENCES - 1], "…"]
        cells = max((self.told.size.width or self.app.size.width - 10) - 2, 20)
        lines = [line for text in filter(None, (self.warning, *said)) for line in wrapped(text, cells, MOST)]
        self.told.update("\n".join(lines[:LINES]))
        rows = [Row(one.person_id, (one.name, impact.told_of(one))) for one in self.found.people]
        await self.table.show(ListSource(rows))

    async def do_go_ahead(self) -> None:
        """Close: it is wanted."""
        await self.crm.back(True)


async def change(
    crm: Frame,
    title: str,
    said: str,
    fn: Callable[..., Any],
    *args: Any,
    warning: str = "",
    done: Done | None = None,
    **kwargs: Any,
) -> None:
    """Make a change of the house, after a look at who is affected where anybody but oneself is.

    ``said`` is the sentence for the message line, ``warning`` what is to be known before, ``done`` is given
    what the service returned. Raises what the service raises; an attempt that is refused is noted.
    """
    session = cast(Session, crm.session)

    def look() -> Impact:
        session.demand(getattr(fn, "action", ""))
        try:
            return impact.would_do(session.database, session.person.id, session.today(), fn, *args, **kwargs)
        except Refused:
            # Refused once more, and noted this time.
            session.write(fn, *args, **kwargs)
            raise

    async def make() -> None:
        result = await crm.write(fn, *args, **kwargs)
        await crm.work.run(session.refresh_policy)
        if done is not None and (waiting := done(result.value)) is not None:
            await waiting
        crm.done(said)

    async def decided(yes: Any) -> None:
        if yes:
            await make()

    found = await crm.work.run(look)
    if found.people or warning:
        await crm.show(ImpactBox(title, found, warning), then=decided)
    else:
        await make()
