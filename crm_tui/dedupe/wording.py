"""The lines of a score as sentences: what agreed or differed, its values, how many have such a value."""

from __future__ import annotations

from crm_tui.dedupe import scoring
from crm_tui.dedupe.scoring import Line
from crm_tui.locale import N_, _

BANDS = {
    scoring.MERGE: N_("Suggested to merge"),
    scoring.REVIEW: N_("To be checked"),
    scoring.RELATED: N_("Related, not the same"),
    scoring.POSSIBLE: N_("Possible"),
}
"""What the bands are called."""
VETOES = {
    scoring.CODES: N_("Two different valid credit codes"),
    scoring.BRANCH: N_("A branch and another office of the firm"),
    scoring.KIND: N_("A company and a person"),
    scoring.DECIDED: N_("Marked as different customers"),
}
"""Why a pair is no duplicate whatever its score."""
RARITY = (
    N_("hardly anybody else has it"),
    N_("a few have it"),
    N_("shared by many"),
    N_("shared by very many"),
)
"""By band 1 to 4."""
_SAME = {
    "code": N_("Same credit code"),
    "brand": N_("Same brand"),
    "trade": N_("Same trade"),
    "branch": N_("Same branch"),
    "ordinal": N_("Same number in the name"),
    "name": N_("Same name"),
    "mobile": N_("Same mobile"),
    "landline": N_("Same landline"),
    "mail": N_("Same mail address"),
    "domain": N_("Same web domain"),
    "contact": N_("Same contact"),
}
_DIFFER = {
    "code": N_("Other credit code"),
    "brand": N_("Other brand"),
    "trade": N_("Other trade"),
    "branch": N_("Other branch"),
    "ordinal": N_("Other number in the name"),
    "name": N_("Name differs"),
    "mobile": N_("Other mobile"),
    "landline": N_("Other landline"),
    "mail": N_("Other mail address"),
    "domain": N_("Other web domain"),
    "contact": N_("Other contact"),
}
_FURTHER = {
    ("base", "start"): N_("Where every comparison starts"),
    ("whole", "placed"): N_("The whole name is the same, with its place"),
    ("whole", "plain"): N_("The whole name is the same"),
    ("code", "typo"): N_("Credit codes one or two signs apart"),
    ("code", "two_valid"): N_("Two different valid credit codes"),
    ("brand", "sound"): N_("The brands sound the same"),
    ("brand", "short_sound"): N_("The short brands sound the same"),
    ("brand", "slip"): N_("Brands but for a doubled or swapped sign"),
    ("brand", "short_slip"): N_("Short brands but for a doubled or swapped sign"),
    ("brand", "missing"): N_("Brands but for a sign left out"),
    ("brand", "short_missing"): N_("Short brands but for a sign left out"),
    ("brand", "one"): N_("Brands one sign apart"),
    ("brand", "short_one"): N_("Short brands one sign apart"),
    ("brand", "number"): N_("Brands apart by a number"),
    ("brand", "with_trade"): N_("Same brand, with a word of the trade"),
    ("trade", "vague"): N_("One trade is a general word of the other"),
    ("brand", "begins"): N_("One brand begins with the other"),
    ("brand", "inside"): N_("One brand contains the other"),
    ("brand", "whole"): N_("Brand and trade one sign apart"),
    ("brand", "near"): N_("Brands two signs apart"),
    ("trade", "part"): N_("One trade contains the other"),
    ("trade", "overlap"): N_("The trades share a word"),
    ("place", "told"): N_("Same place in both names"),
    ("place", "same"): N_("Same city"),
    ("place", "other"): N_("Another place"),
    ("place", "told_other"): N_("Another place in the names"),
    ("branch", "one"): N_("Only one is a branch"),
    ("ordinal", "one"): N_("Only one has a number in its name"),
    ("name", "sound"): N_("The names sound the same"),
    ("name", "surname"): N_("Same surname, one without given name"),
    ("name", "one"): N_("Names one sign apart"),
    ("mobile", "near"): N_("Mobiles one digit apart"),
    ("mail", "near"): N_("Mail addresses but for a slip"),
    ("street", "building"): N_("Same street and number"),
    ("street", "other_room"): N_("Same house, another room"),
    ("street", "other_number"): N_("Same street, another number"),
    ("street", "other"): N_("Another street"),
    ("contact", "sound"): N_("The contacts sound the same"),
    ("contact", "surname"): N_("Same surname of the contact"),
}
_ROOM = N_("Same address")
_EVIDENCE = (
    N_("Nothing else agrees beside the name"),
    N_("One more thing agrees beside the name"),
    N_("Several more things agree beside the name"),
)


def what(line: Line) -> str:
    """Return what a line found, without its values: 手机相同."""
    if line.term == "evidence":
        return _(_EVIDENCE[int(line.level[-1])])
    if line.level.startswith("room"):
        return _(_ROOM)
    found = _FURTHER.get((line.term, line.level))
    if found:
        return _(found)
    return _((_SAME if line.level.startswith("same") else _DIFFER)[line.term])


def text(line: Line) -> str:
    """Return a line as it is shown: ``+4.3 手机相同 13800138000（几乎没有别家使用）``."""
    values = line.left if line.left == line.right else f"{line.left or '—'} / {line.right or '—'}"
    parts = [f"{line.weight:+.1f}", what(line), *([values] if line.left or line.right else [])]
    shown = " ".join(parts)
    if line.band:
        return _("{reason} ({rarity})").format(reason=shown, rarity=_(RARITY[line.band - 1]))
    return shown
