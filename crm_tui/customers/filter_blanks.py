"""Blanks around the sign of a comparison, as people write it: 最近跟进 > 30天 is one condition."""

import re

from crm_tui.customers.filter_fields import field_called

_NAME = r"[^\s:：=<>＜＞《》≤≥≠!！()（）|｜\"“”＂-]{1,20}"
_OLDER = r"(?:[<>＜＞]=?|[≤≥]|[《》]=?(?=\s*\d))"  # 《 and 》 are what an input method gives for < and >
_SIGN = rf"(?:!=|[:：=]\s*{_OLDER}|{_OLDER}|[≠:：=])"
_QUOTED = r"\"[^\"]*\"|“[^”]*”|＂[^＂]*＂"
_SPACED = re.compile(rf"({_QUOTED}|{_NAME})\s*({_SIGN})\s*(?=[^\s()（）|｜]|\Z)|{_QUOTED}")
_PLAIN = str.maketrans("《》", "<>")


def closed_up(text: str) -> str:
    """Return a filter with its comparisons in one piece; what stands in quotation marks stays as it is."""

    def close(found: re.Match[str]) -> str:
        name, sign = found.groups()
        bare = (name or "").strip('"“”＂')
        if not name or not (field_called(bare) or field_called(bare.removeprefix("非"))):
            return found[0]
        return name + ("".join(sign.split()) if sign[0] in ":：=" else sign.translate(_PLAIN))

    return _SPACED.sub(close, text)
