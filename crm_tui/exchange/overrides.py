"""What the user says about columns: ``--map field=heading``, checked, with suggestions for slips."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from crm_tui.customers.fields import FIELDS
from crm_tui.errors import BadInput
from crm_tui.exchange.recognising import known_headings
from crm_tui.locale import _
from crm_tui.presets.headings import heading_key, parse_heading

SKIP = "skip"  # in place of a field: the column is left out altogether


def private_column(heading: str) -> BadInput:
    """Return the refusal of a field for a column that is never taken (S4-10)."""
    return BadInput(
        _("The column “{heading}” holds private data that is never collected.").format(heading=heading),
        _("Nothing was written."),
        _("Leave this column without a field."),
    )


def read_overrides(
    headings: Sequence[str], overrides: Mapping[str, str] | Sequence[tuple[str, str]] | None
) -> dict[int, str]:
    """Return column index -> ``field``, ``field:slot`` or ``skip``; BadInput for what is not there."""
    pairs: Iterable[tuple[str, str]] = ()
    if overrides:
        pairs = overrides.items() if isinstance(overrides, Mapping) else overrides
    said: dict[int, str] = {}
    for field, heading in pairs:
        if field.strip().casefold() == SKIP:
            value = SKIP
        else:
            name, slot = known_field(field)
            value = f"{name}:{slot}" if slot > 1 else name
        said[_known_heading(headings, heading, set(said))] = value
    return said


def known_field(text: str) -> tuple[str, int]:
    """Return field and slot for a registry name (mobile2), a label or a known heading (手机2)."""
    parsed = parse_heading(text)
    name = text.strip().casefold()
    if name not in FIELDS:
        name = known_headings().get(parsed.key, ("", "none"))[0]
    slot = 1
    if not name and parsed.slot:
        name = next((known_headings()[key][0] for key in parsed.slot_keys if key in known_headings()), "")
        slot = parsed.slot
    if name and FIELDS[name].writable and (slot == 1 or FIELDS[name].entity in ("contact", "project")):
        return name, slot
    names = [one.name for one in FIELDS.values() if one.writable]
    raise BadInput(
        _("There is no field “{field}” to import into.").format(field=text),
        _("Nothing was written."),
        _suggest(text.casefold(), names) or _("The fields are: {fields}.").format(fields=", ".join(names)),
    )


def _known_heading(headings: Sequence[str], text: str, used: set[int]) -> int:
    exact = [index for index, heading in enumerate(headings) if heading.strip() == text.strip()]
    alike = [index for index, heading in enumerate(headings) if heading_key(heading) == heading_key(text)]
    for index in exact + alike:
        if index not in used:
            return index
    seen = [heading for heading in headings if heading.strip()]
    raise BadInput(
        _("The sheet has no column “{heading}”.").format(heading=text),
        _("Nothing was written."),
        _suggest(text, seen) or _("Its headings are: {headings}.").format(headings="、".join(seen)),
    )


def _suggest(text: str, choices: Sequence[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(text, choices, 3, 0.5)
    return _("Did you mean {choices}?").format(choices=" / ".join(close)) if close else ""
