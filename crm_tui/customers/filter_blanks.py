"""Blanks around the sign of a comparison, as people write it: 最近跟进 > 30天 is one condition."""

import re

from crm_tui.customers.filter_fields import field_keys
from crm_tui.text.fold import fold

_NAME = r"[^\s:：=<>＜＞《》≤≥≠!！()（）|｜\"“”＂-]{1,20}"
_OLDER = r"(?:[<>＜＞]=?|[≤≥]|[《》]=?(?=\s*\d))"  # 《 and 》 are what an input method gives for < and >
_SIGN = rf"(?:!=|[:：=]\s*{_OLDER}|{_OLDER}|[≠:：=])"
_SPACED = re.compile(rf"(\"[^\"]*\"|“[^”]*”|＂[^＂]*＂)|({_NAME})\s*({_SIGN})\s*(?=[^\s()（）|｜]|\Z)")
_PLAIN = str.maketrans("《》", "<>")


def closed_up(text: str) -> str:
    """Return a filter with its comparisons in one piece; what stands in quotation marks stays as it is."""

    def close(found: re.Match[str]) -> str:
        quoted, name, sign = found.groups()
        if quoted or not field_keys().keys() & {fold(name), fold(name.removeprefix("非"))}:
            return found[0]
        return name + ("".join(sign.split()) if sign[0] in ":：=" else sign.translate(_PLAIN))

    return _SPACED.sub(close, text)
