"""What a table shows: columns, rows, headings that fold, and where rows come from."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple, Protocol

# Where the last row stands while nobody knows how many there are; lines beyond its half count from there.
FAR = 1 << 40
GONE = "gone"  # the tone of a row that somebody else dealt with or took away


class Column(NamedTuple):
    """One column of a table.

    ``title`` is translated text; ``cells`` its width in cells, the least one where ``flex`` > 0 gives it a
    share of what is left; ``priority`` 0 is never dropped, of the others the highest goes first when the
    screen is narrow; ``tone`` colours the whole column (see Cell).
    """

    title: str
    cells: int
    flex: int = 0
    priority: int = 0
    right: bool = False
    tone: str = ""


class Cell(NamedTuple):
    """A cell with a tone: ``dim``, ``strong``, ``accent``, ``good``, ``warn`` or ``bad``.

    ``marks`` stand in brackets after the text, which is cut sooner than they are; ``spans`` are the parts
    (start, end) of the text, as it is shown, that a search found.
    """

    text: str
    tone: str = ""
    marks: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()


class Row(NamedTuple):
    """One row: what it stands for, and a text or Cell for each column, from the data as it is (no markup)."""

    id: Hashable
    cells: Sequence[str | Cell]
    tone: str = ""


def plain(cell: str | Cell) -> str:
    """Return what a cell says."""
    return f"{cell.text} {' '.join(cell.marks)}" if isinstance(cell, Cell) else cell


def differing(old: Row, new: Row) -> set[int]:
    """Return the columns in which two rows do not say the same."""
    pairs = zip(old.cells, new.cells, strict=True)
    return {place for place, (was, now) in enumerate(pairs) if plain(was).strip() != plain(now).strip()}


def left_behind(row: Row, told: str, column: int, named: int | None = None) -> Row:
    """Return a row that is gone: as it was, with a sentence in one of its columns.

    Of one that went out of sight nothing stays but the column that names it, ``named``.
    """
    cells = [cell.text if isinstance(cell, Cell) else cell for cell in row.cells]
    if named is not None:
        cells = [cell if at == named else "" for at, cell in enumerate(cells)]
    cells[column] = told
    return Row(row.id, cells, GONE)


class GroupRow(NamedTuple):
    """A heading over rows, that folds: its title, how many rows it has, whether they are hidden."""

    id: Hashable
    title: str
    count: int
    folded: bool = False


class Source(Protocol):
    """Where a table gets its rows; both are called on the database thread, never in the event loop.

    A source may also have ``position(row_id) -> int | None`` (where that row stands now), which lets the
    cursor find a row that moved far away, ``toggle(group_id)`` when it has headings that fold, and
    ``again(rows) -> rows``, which reads rows anew, each in its place, those that are gone with the tone GONE.
    With ``tail(skip, limit) -> rows``, the rows that end ``skip`` rows before the last one, the end can be
    shown before anybody knows how many rows there are.
    """

    def count(self) -> int | None:
        """Return how many rows there are; None when that is not known yet."""

    def page(self, offset: int, limit: int) -> Sequence[Row | GroupRow]:
        """Return the rows from ``offset`` on, at most ``limit``."""


class ListSource:
    """Rows that are in memory already, for short lists."""

    def __init__(self, rows: Sequence[Row | GroupRow]) -> None:
        self.rows = rows

    def count(self) -> int:
        """Return how many rows there are."""
        return len(self.rows)

    def page(self, offset: int, limit: int) -> Sequence[Row | GroupRow]:
        """Return a stretch of the rows."""
        return self.rows[offset : offset + limit]

    def position(self, row_id: Hashable) -> int | None:
        """Return where a row stands."""
        return next((place for place, row in enumerate(self.rows) if row.id == row_id), None)


class Section:
    """A part of a grouped list: rows of a source under a heading that folds.

    With ``always`` the heading stays when there are no rows; a section without title shows rows only.
    """

    def __init__(
        self, section_id: Hashable, title: str, source: Source, *, folded: bool = False, always: bool = False
    ) -> None:
        self.id = section_id
        self.title = title
        self.source = source
        self.folded = folded
        self.always = always
        self.size = 0

    @property
    def lines(self) -> int:
        """How many lines of the table it takes, heading included."""
        if not self.size and not self.always:
            return 0
        return bool(self.title) + (0 if self.folded else self.size)


class GroupedSource:
    """Several sections one under the other, each with its heading and count."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self.sections = sections

    def toggle(self, group_id: Hashable) -> None:
        """Fold or unfold a section."""
        for section in self.sections:
            if section.id == group_id:
                section.folded = not section.folded

    def count(self) -> int:
        """Count every section anew and return the number of lines."""
        for section in self.sections:
            section.size = section.source.count() or 0
        return sum(section.lines for section in self.sections)

    def total(self) -> int:
        """Return the number of rows without headings, folded ones included, as last counted."""
        return sum(section.size for section in self.sections)

    def page(self, offset: int, limit: int) -> Sequence[Row | GroupRow]:
        """Return a stretch of lines over the sections."""
        found: list[Row | GroupRow] = []
        for section in self.sections:
            lines = section.lines
            if offset >= lines:
                offset -= lines
                continue
            heading = bool(section.title)
            if heading and offset == 0 and limit:
                found.append(GroupRow(section.id, section.title, section.size, section.folded))
                limit -= 1
            take = min(limit, lines - max(offset, int(heading)))
            if take > 0:
                found.extend(section.source.page(max(offset - heading, 0), take))
                limit -= take
            offset = 0
            if limit <= 0:
                break
        return found

    def position(self, row_id: Hashable) -> int | None:
        """Return the line of a heading or a row, where the sections' sources can tell."""
        before = 0
        for section in self.sections:
            if section.lines and section.title and section.id == row_id:
                return before
            find = getattr(section.source, "position", None)
            if section.lines and not section.folded and find is not None:
                place = find(row_id)
                if place is not None:
                    return before + bool(section.title) + place
            before += section.lines
        return None


def column_widths(columns: Sequence[Column], cells: int) -> list[int]:
    """Return the width of each column within ``cells``, one blank between columns; 0 = dropped.

    Columns are dropped by priority until the rest fits; what is left over goes to the flexible ones.
    """
    kept = list(range(len(columns)))

    def needed() -> int:
        return sum(columns[place].cells for place in kept) + max(len(kept) - 1, 0)

    while needed() > cells:
        droppable = [place for place in kept if columns[place].priority]
        if not droppable:
            break
        kept.remove(max(droppable, key=lambda place: (columns[place].priority, place)))
    widths = [columns[place].cells if place in kept else 0 for place in range(len(columns))]
    spare = cells - needed()
    shares = sum(columns[place].flex for place in kept)
    if spare > 0 and shares:
        flexible = [place for place in kept if columns[place].flex]
        for place in flexible:
            part = spare * columns[place].flex // shares
            widths[place] += part
        widths[flexible[0]] += cells - sum(widths) - max(len(kept) - 1, 0)
    elif spare < 0:
        for place in sorted(kept, key=lambda place: -widths[place]):
            cut = min(-spare, max(widths[place] - 4, 0))
            widths[place] -= cut
            spare += cut
            if spare >= 0:
                break
    return widths
