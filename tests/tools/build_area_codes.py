"""Write crm_tui/text/data/area_codes.tsv from the geocoding data of the package `phonenumbers`.

    python -m tests.tools.build_area_codes

installs that package into a temporary folder (it needs a package index), reads its places for +86 and
writes one line for each area code: code, places separated by `、`. The product itself depends only on
`phonenumberslite`, which carries no places.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

TARGET = Path(__file__).parents[2] / "crm_tui/text/data/area_codes.tsv"
HEADER = """\
# Landline area codes of mainland China: code, places.
# Made by tests/tools/build_area_codes.py from the geocoding data of phonenumbers {version}
# (https://github.com/daviddrysdale/python-phonenumbers, from Google's libphonenumber), Apache License 2.0.
# Changed: reduced to area codes; provinces cut off; cities that share a neighbour's code added.
"""
# Places of a code where the source mixes up neighbours or writes an older name.
CORRECTED = {
    "0354": "晋中市",
    "0358": "吕梁市",
    "0470": "呼伦贝尔市",
    "0482": "兴安盟",
    "0832": "内江市",
    "0887": "迪庆藏族自治州、香格里拉市",
    "0979": "格尔木市",
    "0992": "奎屯市",
}
# Cities that share a code and are missing in the source.
SHARED = {
    "0371": "开封市",
    "0531": "莱芜市",
    "0558": "亳州市",
    "0710": "襄阳市",
    "0719": "神农架林区",
    "0731": "株洲市",
    "0772": "来宾市",
    "0774": "贺州市",
    "0775": "贵港市",
    "0879": "普洱市",
    "0898": "三沙市、儋州市",
    "0935": "金昌市",
    "0937": "嘉峪关市",
    "0994": "五家渠市",
    "0997": "阿拉尔市",
    "0998": "图木舒克市",
}
_PROVINCE = re.compile(
    r"^(?:[^省、]{2,3}省"
    r"|(?:内蒙古|广西|宁夏|新疆|西藏)(?:[^市、]{0,3}自治区)?"
    r"|(?:云南|四川|贵州|甘肃|湖北|湖南|吉林|青海)(?=[^市省]))"
)
_FORMER = {"株州市", "襄樊市", "潮阳市", "顺德市"}


def read_places() -> tuple[str, dict[str, list[str]]]:
    """Return the package's version and, for each area code with its 0, the places in Chinese."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", folder, "phonenumbers"],
            check=True,
        )
        sys.path.insert(0, folder)
        import phonenumbers
        from phonenumbers.geodata import GEOCODE_DATA  # ty: ignore[import-not-found]

        places: dict[str, list[str]] = defaultdict(list)
        for prefix, names in sorted(GEOCODE_DATA.items()):
            national = prefix[2:]
            if not prefix.startswith("86") or re.match("1[1-9]", national) or "zh" not in names:
                continue
            for code in _codes(national, phonenumbers):
                for place in _split(names["zh"]):
                    if place not in places[code]:
                        places[code].append(place)
        return phonenumbers.__version__, places


def _codes(national: str, phonenumbers) -> list[str]:
    """Return the area codes that a prefix of the source stands for (it shortens lone ones: 33 is 0335)."""
    length = 2 if national[0] in "12" else 3
    if len(national) >= length:
        return ["0" + national[:length]]
    fixed = phonenumbers.PhoneNumberType.FIXED_LINE
    found = []
    for last in "0123456789":
        number = phonenumbers.parse(f"+86{national}{last}2345678")
        if phonenumbers.number_type(number) == fixed:
            found.append("0" + national + last)
    return found


def _split(text: str) -> list[str]:
    text = _PROVINCE.sub("", text)
    return [place for place in text.split("、") if place and place not in _FORMER]


def main() -> None:
    """Write the table."""
    version, places = read_places()
    unknown = (CORRECTED.keys() | SHARED.keys()) - places.keys()
    if unknown:
        raise SystemExit(f"no area codes of the source: {sorted(unknown)}")
    for code, names in CORRECTED.items():
        places[code] = names.split("、")
    for code, names in SHARED.items():
        places[code].extend(name for name in names.split("、") if name not in places[code])
    lines = [f"{code}\t{'、'.join(names)}\n" for code, names in sorted(places.items())]
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(HEADER.format(version=version) + "".join(lines), encoding="utf-8")
    print(f"{len(lines)} area codes -> {TARGET}")


if __name__ == "__main__":
    main()
