"""What a search found, as rows: what matched is marked, and why it was found is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crm_tui.customers import document
from crm_tui.text.cells import safe
from crm_tui.tui.widgets.rows import Cell, Row, plain

if TYPE_CHECKING:
    from crm_tui.search.listing import Narrowed
    from crm_tui.search.service import Found
    from crm_tui.session import Session

# The column of a list in which a line of the customer's document is shown, by its kind.
COLUMNS = {
    **{document.NAME: "name", document.NUMBER: "no", document.CONTACT: "contact_name", document.TAG: "tags"},
    **{document.PHONE: "contact_way", document.MAIL: "contact_way", document.CHAT: "wechat"},
    **{document.SHORT: "short_name", document.ENGLISH: "english_name", document.REFERRER: "referrer"},
}


def found_rows(session: Session, found: Found) -> list[Row]:
    """Return a row for each customer of a search: name, why, number, owner."""
    from crm_tui.search.shown import shown

    told = shown(session.reader, [hit.id for hit in found.hits])
    rows = []
    for hit in found.hits:
        one = told.get(hit.id)
        if one is None:
            continue
        name = _lit(one.name or one.no, found.terms)
        number = _lit(one.no, found.terms) if hit.field == document.NUMBER else one.no
        rows.append(Row(hit.id, (name, _why(hit, found.terms), number, one.owner)))
    return rows


def _lit(text: str, terms: Any) -> Cell:
    from crm_tui.search.spans import spans

    text = safe(text)
    return Cell(text, spans=tuple(spans(text, terms)))


def _why(hit: Any, terms: Any) -> Cell:
    """Return the reason, and what matched where that is not the name."""
    from crm_tui.search.reasons import reason_text

    label = reason_text(hit.reason)
    if not hit.text or hit.field in (document.NAME, document.NUMBER):
        return Cell(label)
    said = _lit(hit.text, terms)
    at = len(label) + 1
    return Cell(f"{label} {said.text}", spans=tuple((at + start, at + end) for start, end in said.spans))


def marked(found: Narrowed, customer_id: int, cells: Mapping[str, str | Cell]) -> list[str | Cell]:
    """Return the cells of a list's row with what matched marked; why, behind the name, where nothing did."""
    hit = found.hits.get(customer_id)
    if hit is None:
        return list(cells.values())
    lit: dict[str, str | Cell] = {}
    for name, cell in cells.items():
        shown = name in ("name", COLUMNS.get(hit.field))
        one = _lit(plain_text(cell), found.terms) if shown else None
        if one is None or not one.spans:
            lit[name] = cell
        else:
            lit[name] = cell._replace(text=one.text, spans=one.spans) if isinstance(cell, Cell) else one
    if "name" in lit and not any(isinstance(cell, Cell) and cell.spans for cell in lit.values()):
        name = lit["name"] if isinstance(lit["name"], Cell) else Cell(plain(lit["name"]))
        lit["name"] = name._replace(marks=(*name.marks, _why(hit, found.terms).text))
    return list(lit.values())


def plain_text(cell: str | Cell) -> str:
    """Return the text of a cell without its marks."""
    return cell.text if isinstance(cell, Cell) else cell
