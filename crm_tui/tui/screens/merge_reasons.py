"""Why records side by side look like one customer: the reasons of their pairs, which add up to the score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import cast

from crm_tui.dedupe import scoring, wording
from crm_tui.dedupe.preview import Side
from crm_tui.dedupe.scoring import Scored
from crm_tui.errors import CrmError
from crm_tui.locale import _
from crm_tui.session import Session
from crm_tui.text.cells import fit, safe
from crm_tui.tui.widgets.lines import packed
from crm_tui.tui.widgets.prose import Prose

TALL = 32  # lines of a window from which every reason gets a line of its own
LOW = 20  # lines of a window below which only the strongest are shown
LEAST, FEW, MANY = 1, 4, 14  # lines that reasons take in a very low, a low and in a tall window
PAIRS = 2  # pairs that are told of in a low window: the fields need its lines
Pair = tuple[int, int]


def read(session: Session, pairs: Iterable[Pair]) -> dict[Pair, Scored]:
    """Compare pairs anew, with what is in the file now; of what cannot be compared now nothing is said."""
    from crm_tui.dedupe import listing

    found = {}
    for a, b in pairs:
        try:
            found[a, b] = listing.explain(session.reader, a, b)
        except CrmError:
            break
    return found


def pair_of(one: int, other: int) -> Pair:
    """Return a pair of customers as it is kept, the smaller id first."""
    return (one, other) if one < other else (other, one)


def verdict(scored: Scored) -> str:
    """Return the score and what it comes to: ``8.5 建议合并``."""
    band = wording.BANDS.get(scoring.band(scored))
    said = [f"{scored.score:.1f}", _(band) if band else _("Not alike")]
    if scored.veto:
        said.append(f"({_(wording.VETOES[scored.veto])})")
    return " ".join(said)


def short(scored: Scored) -> list[str]:
    """Return the reasons without their values, the strongest first: ``手机相同 +4.3``."""
    return [f"{wording.what(line)} {line.weight:+.1f}" for line in scored.lines]


def told(sides: Sequence[Side], scored: dict[Pair, Scored]) -> str:
    """Return every reason of every pair with its values, a line each, and their sum."""
    blocks = []
    names = {side.id: f"{side.no} {side.name}".strip() for side in sides}
    for one, other in combinations(names, 2):
        found = scored.get(pair_of(one, other))
        if found is None:
            continue
        lines = [f"{names[one]}  |  {names[other]}", *map(wording.text, found.lines)]
        blocks.append("\n".join([*lines, f"= {verdict(found)}"]))
    return "\n\n".join(blocks)


class Reasons(Prose, can_focus=False):
    """The reasons of the pairs that the current record is in; they fold where there is little room."""

    def __init__(self) -> None:
        super().__init__(classes="merge-reasons")
        self.scored: dict[Pair, Scored] = {}

    async def show(self, session: Session, sides: Sequence[Side], current: Side) -> None:
        """Show the reasons of the current record's pairs, read first where they are not known."""
        others = [side for side in sides if side.id != current.id]
        await self.know(session, [pair_of(current.id, side.id) for side in others])
        cells, height = max(self.app.size.width - 3, 20), self.app.size.height
        most = MANY if height >= TALL else FEW if height >= LOW else LEAST
        known = [(side, self.scored.get(pair_of(current.id, side.id))) for side in others]
        found = [(side, one) for side, one in known if one is not None]
        if len(sides) == 2 and found:
            lines = _of_one(found[0][1], cells, most)
        else:
            found.sort(key=lambda each: -each[1].score)
            lines = [
                fit(safe(" · ".join([f"{side.no} {verdict(one)}", *short(one)])), cells).rstrip()
                for side, one in found[: most if most == MANY else min(most, PAIRS)]
            ]
        self.update("\n".join(lines))
        self.display = bool(lines)

    async def know(self, session: Session, pairs: Sequence[Pair]) -> None:
        """Compare the pairs that were not compared yet."""
        missing = [pair for pair in pairs if pair not in self.scored]
        if missing:
            from crm_tui.tui.screens.base import BaseScreen

            work = cast(BaseScreen, self.screen).crm.work
            self.scored.update(await work.run(read, session, missing))


def _of_one(scored: Scored, cells: int, most: int) -> list[str]:
    if most == MANY:
        lines = [verdict(scored) + " =", *map(wording.text, scored.lines)]
        if len(lines) <= MANY:
            return [fit(safe(line), cells).rstrip() for line in lines]
    parts = short(scored)
    parts[:1] = [f"{verdict(scored)} = {parts[0]}" if parts else verdict(scored)]
    return packed(parts, cells, min(most, FEW), " · ")
