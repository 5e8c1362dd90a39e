"""Cells that hold an address and a phone together, taken apart as if they had columns of their own."""

from __future__ import annotations

import re

from crm_tui.customers.fields import FIELDS
from crm_tui.exchange.kept import cell_key
from crm_tui.exchange.recognising import place_of
from crm_tui.exchange.sources import Source
from crm_tui.text.halfwidth import half_width
from crm_tui.text.phone import find_phones

_PLACES = ("biz_address", "biz_detail", "reg_address", "reg_detail")
_WAY = "contact_way"
_BETWEEN = re.compile(r"[\s,;/|、。:，；／：（）()]+")
_BEFORE = re.compile(r"[\s,;/|、，；／（(]*(?:(?:联系|办公)?电话|手机|tel|电)?[\s.:：]*$", re.IGNORECASE)
_LABEL = re.compile(r"^\s*(?:(?:公司|单位|注册|经营)?地址|地)\s*[:：]\s*")


def apart(text: str) -> tuple[str, str]:
    """Return the address and the phones at the end or the beginning of a cell; no phone is found inside."""
    folded = half_width(text)
    spans = [(one.start, one.end) for one in find_phones(text, folded)]
    first = last = len(text.rstrip())
    for start, end in reversed(spans):
        if _BETWEEN.sub("", folded[end:first]):
            break
        first = start
    if first < last:
        return _LABEL.sub("", _BEFORE.sub("", text[:first], count=1)).strip(), text[first:].strip()
    last = 0
    for start, end in spans:
        if _BETWEEN.sub("", folded[last:start]) and _BEFORE.sub("", text[last:start]):
            break
        last = end
    phones = text[:last]
    rest = _BETWEEN.match(folded, last)
    return _LABEL.sub("", text[rest.end() if rest else last :]).strip(), phones.strip()


class PlaceCells:
    """Takes the cells of customers apart; ``sources`` learns a column of phones."""

    def __init__(self, sources: dict[str, Source]) -> None:
        self._sources = sources
        self._mixed = [
            one.key
            for one in sources.values()
            if one.field and one.field.name in _PLACES and place_of(one.heading)
        ]
        self._way, number = _WAY, 1
        while self._way in sources:
            number += 1
            self._way = cell_key(_WAY) + f"#{number}"
        if self._mixed:
            way = FIELDS[_WAY]
            sources[self._way] = Source(-1, self._way, way, 1, way.title, "")

    def take_apart(self, cells: dict[str, str]) -> None:
        """Put the phones of an address into a cell of their own; a cell without phones stays as it is."""
        for key in self._mixed:
            if key not in cells:
                continue
            place, phones = apart(cells[key])
            if phones:
                cells[self._way] = phones
                if place:
                    cells[key] = place
                else:
                    del cells[key]
