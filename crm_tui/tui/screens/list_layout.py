"""How a list is laid out: which columns in which order and width, and by what it is sorted. Pure values."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from crm_tui.text.cells import width
from crm_tui.tui.widgets.rows import Column

LEAST, MOST = 4, 60
ASCENDING, DESCENDING = "^", "v"


class Offered(NamedTuple):
    """A column that a list can show.

    ``sort`` is the key of the order that it belongs to, '' for none; ``usual`` tells that it is there unless
    the user takes it away.
    """

    name: str
    column: Column
    sort: str = ""
    usual: bool = False


class Sorting(NamedTuple):
    """An order that is offered: its key, what people read, whether its usual direction goes down."""

    key: str
    label: str
    falls: bool = False


class Shown(NamedTuple):
    """A column of a layout: its name, and its width in cells as set by the user, 0 for the usual one."""

    name: str
    cells: int = 0


class Layout(NamedTuple):
    """Columns in their order and the sort, a leading ``-`` meaning the other direction; both '' = usual."""

    columns: tuple[Shown, ...] = ()
    sort: str = ""

    def shown(self, offered: Mapping[str, Offered]) -> tuple[Shown, ...]:
        """Return the columns that are there, the usual ones where nothing was chosen."""
        kept = tuple(one for one in self.columns if one.name in offered)
        return kept or tuple(Shown(name) for name, one in offered.items() if one.usual)


def columns_of(layout: Layout, offered: Mapping[str, Offered], sorted_by: Sorting | None) -> list[Column]:
    """Return the table's columns; the one under the sort says which way it goes, ``^`` up or ``v`` down.

    Of columns that somebody chose the last ones are dropped first where the screen is narrow; who only made
    the usual ones wider, or kept them in a view, chose none.
    """
    found = []
    shown = layout.shown(offered)
    chosen = [one.name for one in shown] != [one.name for one in Layout().shown(offered)]
    for place, one in enumerate(shown):
        column = offered[one.name].column
        if chosen:
            column = column._replace(priority=place)
        if one.cells:
            column = column._replace(cells=one.cells, flex=0)
        key = offered[one.name].sort
        if key and sorted_by is not None and key == sorted_by.key:
            falls = sorted_by.falls != layout.sort.startswith("-")
            column = column._replace(title=f"{column.title} {DESCENDING if falls else ASCENDING}")
            column = column._replace(cells=max(column.cells, min(width(column.title), LEAST * 4)))
        found.append(column)
    return found


def turned(sort: str) -> str:
    """Return the same sort in the other direction."""
    return sort[1:] if sort.startswith("-") else f"-{sort}"


def switched(columns: Iterable[Shown], name: str) -> tuple[Shown, ...]:
    """Return the columns with one more at the end, or without it when it was there; one always stays."""
    columns = tuple(columns)
    kept = tuple(one for one in columns if one.name != name)
    if len(kept) == len(columns):
        return (*columns, Shown(name))
    return kept or columns


def moved(columns: Iterable[Shown], name: str, by: int) -> tuple[Shown, ...]:
    """Return the columns with one of them so many places further on."""
    columns = list(columns)
    at = next((place for place, one in enumerate(columns) if one.name == name), None)
    if at is not None:
        one = columns.pop(at)
        columns.insert(max(at + by, 0), one)
    return tuple(columns)


def widened(columns: Iterable[Shown], name: str, present: int, by: int) -> tuple[Shown, ...]:
    """Return the columns with one that is ``present`` cells wide made wider or narrower."""
    cells = max(min(present + by, MOST), LEAST)
    return tuple(one._replace(cells=cells) if one.name == name else one for one in columns)


def stored(layout: Layout) -> dict[str, object]:
    """Return a layout as it is kept: plain values for JSON."""
    columns = [{"name": one.name, "width": one.cells} for one in layout.columns]
    return {"columns": columns, "sort": layout.sort}


def read_layout(held: Mapping[str, object] | None, sorts: Mapping[str, Sorting]) -> Layout:
    """Return a layout as it was kept; what this version does not know is left out."""
    held = held or {}
    columns = held.get("columns")
    found = []
    for one in columns if isinstance(columns, list) else ():
        if isinstance(one, dict) and isinstance(one.get("name"), str):
            cells = one.get("width")
            cells = cells if isinstance(cells, int) and not isinstance(cells, bool) else 0
            found.append(Shown(one["name"], max(min(cells, MOST), LEAST) if cells else 0))
    sort = held.get("sort")
    sort = sort if isinstance(sort, str) and sort.removeprefix("-") in sorts else ""
    return Layout(tuple(dict.fromkeys(found)), sort)
