"""Keys under which customers meet: two that share none are never compared.

A key is a token of the search index: ``*``, its type, six signs of a digest (36 bits), the same in every
process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import starmap

from crm_tui.identity.features import PERSON, Features, blake2b

SIGN = "*"
"""The first sign of a key: no gram of search begins with it."""
# 64 signs that the index's tokenizer keeps as they are.
_SIGNS = b"0123456789abcdefghijklmnopqrstuvwxyz!#$%&()*+,-./:<=>?@[]^_`{|}~"
_SIGN_OF = bytes(_SIGNS[byte & 63] for byte in range(256))
_KEY_BYTES = 6
CAPS: Mapping[str, int] = {
    "u": 60, "m": 12, "t": 12, "e": 60, "d": 40, "p": 6, "c": 60, "i": 60, "x": 40, "a": 10, "k": 20,
    "n": 10, "q": 40, "r": 30, "s": 30,
}  # fmt: skip
"""Members from which on a block is only counted: u code, m mobile, t landline, e mail, d domain, p brand,
c sound of the brand with its place, i with trade, x brand with a sign left out, a address, k contact with
city;
of persons n name, q sound with digits of the mobile, r with street, s with city."""
# A digest of each type that was given nothing yet: to copy it is cheaper than to begin one.
_BEGUN = {kind: blake2b(digest_size=_KEY_BYTES, person=kind.encode()) for kind in CAPS}
NAMED = ("u", "m", "t", "e", "d", "p", "a", "k", "n")
"""Types whose members share one value: how many they are tells how rare the value is."""


def key_of(kind: str, value: str) -> str:
    """Return the key of a value under a type (a letter of CAPS)."""
    digest = _BEGUN[kind].copy()
    digest.update(value.encode("utf-8", "surrogatepass"))
    return f"*{kind}{digest.digest().translate(_SIGN_OF).decode()}"


def type_of(key: str) -> str:
    """Return the type of a key, a letter of CAPS."""
    return key[1]


def cap_of(key: str) -> int:
    """Return how many members a key's block may have before it is only counted."""
    return CAPS[key[1]]


def keys(found: Features) -> set[str]:
    """Return all keys of a customer; empty for one that says nothing."""
    values: list[tuple[str, str]] = []
    add = values.append
    if len(found.code) >= 15:
        add(("u", organisation(found.code)))
    for one in found.mobiles:
        add(("m", one))
    for one in found.landlines:
        add(("t", one.partition(":")[2]))
    for one in found.mails:
        add(("e", one))
    for one in found.streets:
        road, number, room = one.split("|")
        if number:
            add(("a", f"{road[-3:]}|{number}|{room}"))
    if found.kind == PERSON:
        _add_person(found, add)
    else:
        for one in found.domains:
            add(("d", one))
        for one in found.contacts:
            add(("k", one + found.city))
        for one in (found.brand, *found.brands):
            if one:
                add(("p", one))
        if found.brand:
            _add_brand(found, add)
    return set(starmap(key_of, values))


def organisation(code: str) -> str:
    """Return the part of a code that names the organisation; of an old number all of it."""
    return code[8:17] if len(code) == 18 else code


def _add_brand(found: Features, add) -> None:
    brand = found.brand
    # Of a longer brand the province is near enough; many a record says no more.
    where = found.city if len(brand) < 3 else found.province
    add(("c", found.sound + where))
    if found.trade:
        add(("i", found.sound + found.trade[:2]))
    if len(brand) > 12:
        brand = brand[:12]
    if len(brand) > 1:
        # Two names one sign apart share one of these, whether it is another, one more or one less.
        place = where + (found.trade[:2] if len(brand) < 3 else "")
        for one in {brand, *[brand[:at] + brand[at + 1 :] for at in range(len(brand))]}:
            add(("x", one + "|" + place))
        if len(brand) == 2:
            add(("x", brand + "|" + found.province))


def _add_person(found: Features, add) -> None:
    for one in found.surnames:
        for mobile in found.mobiles:
            add(("q", one + mobile[-6:]))
    if not found.brand:
        return
    add(("n", found.brand))
    add(("s", found.sound + found.city))
    for mobile in found.mobiles:
        add(("q", found.sound + mobile[-4:]))
        add(("q", found.sound + mobile[3:7]))
    for one in found.streets:
        add(("r", found.sound + one.split("|")[0][-3:]))


def blocks(keyed: Iterable[tuple[int, Iterable[str]]]) -> dict[str, list[int]]:
    """Return the members of each key, in the order given: ids by key of ``(id, keys)``."""
    found: dict[str, list[int]] = {}
    for one, own in keyed:
        for key in own:
            found.setdefault(key, []).append(one)
    return found


def candidates(of: Mapping[str, list[int]]) -> set[tuple[int, int]]:
    """Return the pairs, smaller id first, that share a key whose block is within its cap."""
    found: set[tuple[int, int]] = set()
    for key, members in of.items():
        if 1 < len(members) <= cap_of(key):
            found.update(_pairs(sorted(members)))
    return found


def _pairs(members: list[int]) -> Iterator[tuple[int, int]]:
    for at, one in enumerate(members, 1):
        for other in members[at:]:
            yield one, other


def counts(of: Mapping[str, list[int]]) -> dict[str, int]:
    """Return how many customers share each value that more than two share; what scoring asks for."""
    return {key: len(members) for key, members in of.items() if len(members) > 2 and key[1] in NAMED}
