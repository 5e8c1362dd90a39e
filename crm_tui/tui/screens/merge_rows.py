"""The rows of records side by side: whose value counts, and where the texts differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import takewhile
from typing import NamedTuple

from crm_tui import clock
from crm_tui.customers.convert import Context
from crm_tui.customers.fields import FIELDS
from crm_tui.dedupe import choosing
from crm_tui.dedupe.preview import Preview
from crm_tui.locale import _
from crm_tui.text.cells import safe, width
from crm_tui.tui.widgets.rows import Cell, Row

Spans = tuple[tuple[int, int], ...]

ENTERED = "@entered"  # the row that tells when each was entered; nothing is chosen in it
COUNTS, IDLE = "* ", "  "
COMPARED = 400  # signs beyond which a difference is marked as a whole
LEAD = 4  # signs shown before the first difference of texts that do not fit


class Line(NamedTuple):
    """A field as it is compared: its title, each record's text by id, and how it differs.

    ``kind`` is ``differs``, ``missing`` (some are blank, the others equal) or ``same``.
    """

    field: str
    title: str
    texts: dict[int, str]
    kind: str


def lines(shown: Preview, context: Context) -> list[Line]:
    """Return all fields that one of the records has: those that differ first, equal ones last."""
    found: dict[str, list[Line]] = {"differs": [], "missing": [], "same": []}
    for one in shown.fields:
        field = FIELDS[one.field]
        texts = {side.id: side.text(one.field, context) for side in shown.sides}
        kind = "differs" if one.differs else "same" if len(one.filled) == len(shown.sides) else "missing"
        found[kind].append(Line(one.field, field.title, texts, kind))
    texts = {
        side.id: f"{clock.local(side.entered_at, context.zone):%Y-%m-%d}" if side.entered_at else ""
        for side in shown.sides
    }
    entered = Line(ENTERED, FIELDS["created_at"].title, texts, "missing")
    return [*found["differs"], *found["missing"], entered, *found["same"]]


def row(line: Line, ids: Sequence[int], survivor: int, whose: Mapping[str, int], cells: int) -> Row:
    """Return the row of a field for the records in sight; ``cells`` is the width of a record's column.

    What counts has a star; where texts differ they are marked, shown from shortly before that where they are
    cut.
    """
    plain = {one: safe(" ".join(text.split())) for one, text in line.texts.items()}
    marks = different(plain, survivor) if line.kind == "differs" else {}
    chosen = whose.get(line.field)

    def cell(one: int) -> Cell:
        counts = line.field != ENTERED and chosen in (choosing.ALL, one)
        begin = COUNTS if counts else IDLE
        text = plain[one]
        if not text:
            return Cell(begin + _("blank") if counts else IDLE + "-", "dim")
        spans = marks.get(one, ())
        cut = spans[0][0] - LEAD if spans and width(text) > cells - len(begin) else 0
        if cut > 1:
            text = "…" + text[cut:]
        shift = len(begin) - (cut - 1 if cut > 1 else 0)
        spans = tuple((start + shift, end + shift) for start, end in spans)
        return Cell(begin + text, "strong" if counts and line.kind == "differs" else "", spans=spans)

    tone = "strong" if line.kind == "differs" else "dim"
    return Row(line.field, [Cell(line.title, tone), *(cell(one) for one in ids)])


def different(texts: Mapping[int, str], survivor: int) -> dict[int, Spans]:
    """Return by record the parts of its text that the survivor's has not; the survivor's against all others.

    Where the survivor has none, the first text takes its place.
    """
    filled = [one for one, text in texts.items() if text]
    if not filled:
        return {}
    base = survivor if survivor in filled else filled[0]
    found: dict[int, Spans] = {}
    own: set[int] = set()
    for one in filled:
        if one != base and texts[one] != texts[base]:
            left, found[one] = _apart(texts[base], texts[one])
            own.update(place for start, end in left for place in range(start, end))
    found[base] = _joined(own)
    return found


def _apart(left: str, right: str) -> tuple[Spans, Spans]:
    start = sum(1 for _same in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False)))
    most = min(len(left), len(right)) - start
    tail = sum(
        1
        for _same in takewhile(
            lambda pair: pair[0] == pair[1],
            zip(reversed(left[start:]), reversed(right[start:]), strict=False),
        )
    )
    tail = min(tail, most)
    inner, other = left[start : len(left) - tail], right[start : len(right) - tail]
    if max(len(inner), len(other)) > COMPARED:
        return ((start, start + len(inner)),), ((start, start + len(other)),)
    steps = SequenceMatcher(None, inner, other, autojunk=False).get_opcodes()
    moved = [step for step in steps if step[0] != "equal"]
    return (
        tuple((start + a, start + b) for _tag, a, b, _c, _d in moved if b > a),
        tuple((start + c, start + d) for _tag, _a, _b, c, d in moved if d > c),
    )


def _joined(places: Iterable[int]) -> Spans:
    spans: list[tuple[int, int]] = []
    for place in sorted(places):
        if spans and spans[-1][1] == place:
            spans[-1] = (spans[-1][0], place + 1)
        else:
            spans.append((place, place + 1))
    return tuple(spans)


def moving_said(shown: Preview) -> str:
    """Return what goes over to the survivor, in one line."""
    parts = []
    for each in shown.moving:
        count = sum(n for one, n in each.counts.items() if one != shown.survivor)
        if count:
            parts.append(f"{each.title} {count:,}")
    if not parts:
        return _("Nothing hangs on what goes.")
    return _("Goes over: {what}").format(what=" · ".join(parts))
