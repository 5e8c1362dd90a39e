"""Contact data shown only in part: `138****5678`, `010-****5678`, `zh***@company.cn` (S0-11, S3-25)."""

from __future__ import annotations

import re
from collections.abc import Callable

from crm_tui.text.halfwidth import half_width
from crm_tui.text.taiwan_phone import at_home, key_in, parts_of_key

SIGNS = "*●•×█■"
"""What sheets print in place of the hidden signs, besides runs of x between digits."""

_MASKED = re.compile(rf"\*|[●█■]|[{SIGNS}]{{2,}}|\d[xX]{{2,}}|[xX]{{4,}}|\d-?…+-?\d|-…+")
_SEVERAL = re.compile(r"(\s*(?:[/、;；,，|]|\n)\s*)")
_AREA = re.compile(
    r"\s*(?:\(?(?:\+|00)86\)?[ -]*\(?0?|\(?0)(10|2\d|[3-9]\d\d)\)?(?:[ -]|(?<=\))|(?=\d{7,8}(?!\d)))",
    re.ASCII,
)
_EXTENSION = re.compile(r"\s*(?:转|轉|分机|ext|x|#|-)\D{0,3}\d{1,6}\)?\s*$", re.IGNORECASE)


def is_masked(text: str) -> bool:
    """Tell whether part of the text is already hidden: `138****5678`, `0755-********`, `wxid_xxxxxxx`."""
    return bool(_MASKED.search(half_width(text)))


def mask_mobile(text: str) -> str:
    """Return a mobile number, or several, with three signs before and four behind four asterisks."""
    return _each(text, _mobile, _digits)


def mask_landline(text: str) -> str:
    """Return a landline number, or several, with area code and the last four signs; no extension."""
    return _each(text, _landline, _digits)


def mask_mail(text: str) -> str:
    """Return a mail address, or several, with at most two first letters and the domain."""
    return _each(text, _mail, _local)


def _each(text: str, mask: Callable[[str], str], secret: Callable[[str], str]) -> str:
    parts = _SEVERAL.split(text)
    parts[::2] = [part if not part.strip() or _hidden(part, secret) else mask(part) for part in parts[::2]]
    return "".join(parts)


def _hidden(part: str, secret: Callable[[str], str]) -> bool:
    # An asterisk behind a whole number hides nothing: what is left to read must be short of a number.
    return is_masked(part) and len(secret(part)) <= 8 and not re.search(r"\d{8}", half_width(part))


def _local(part: str) -> str:
    """Return the readable signs of a masked address's local part, too many for one that hides nothing."""
    local = half_width(part).rpartition("@")[0] or half_width(part)
    return local if is_masked(local) else "unmasked!"


def _digits(text: str) -> str:
    return "".join(sign for sign in half_width(text) if sign.isascii() and sign.isdigit())


def _mobile(text: str) -> str:
    if shown := _taiwan(text):
        return shown
    digits = _digits(text)
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and len(digits) == 11 + len(prefix):
            digits = digits.removeprefix(prefix)
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else "****"


def _landline(text: str) -> str:
    if shown := _taiwan(text):
        return shown
    folded = half_width(text)
    area = _AREA.match(folded)
    if area:
        number = _without_extension(folded[area.end() :])
        return f"0{area[1]}-****{number[-4:] if len(number) >= 7 else ''}"
    number = _without_extension(folded)
    return f"****{number[-4:]}" if len(number) >= 7 else "****"


def _taiwan(text: str) -> str:
    """Return a number of Taiwan with four signs hidden, '' for one of elsewhere."""
    key = key_in(half_width(text))
    home = at_home(key)
    if home.startswith(("09", "080")):
        return f"{home[:-7]}****{home[-3:]}"
    return f"{parts_of_key(key)[0]}-****{home[-4:]}" if home else ""


def _without_extension(text: str) -> str:
    digits = _digits(_EXTENSION.sub("", text))
    return digits if len(digits) >= 7 else _digits(text)


def _mail(text: str) -> str:
    local, at, domain = half_width(text).strip().rpartition("@")
    if not at:
        return "***"
    local = local.rpartition("<")[2]
    return f"{local[: min(2, len(local) // 2)]}***@{domain.strip().rstrip('>')}"
