"""Texts that attack: a terminal, a reader's eye, a spreadsheet program, markup, SQL and the search index."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

ESC, ST, BEL, CSI = "\x1b", "\x1b\\", "\x07", "\x9b"
ZWJ, RLO = "\u200d", "\u202e"
SECRET = "Y2FuYXJ5"
WORDS = ("恒达贸易", "Anna", "王总", "13800138000", "合同", "VIP")
KINDS: dict[str, tuple[str, ...]] = {
    "c0": (*(f"甲{chr(code)}乙" for code in range(1, 0x20)), "\x7f"),
    "c1": tuple(f"甲{chr(code)}乙" for code in range(0x80, 0xA0)),
    "csi": (
        *(
            f"{begin}{rest}"
            for begin in (f"{ESC}[", CSI)
            for rest in ("31m", "2J", "H", "1;1H", "999B", "6n", "?1049l")
        ),
        f"{ESC}[?1000h",
        f"{ESC}[20t",
        f"{ESC}[21t",
        f"{ESC}[5i",
        f"{ESC}[c",
        f"{ESC}[!p",
        f"{ESC}c",
        f"{ESC}7{ESC}8",
    ),
    "osc": (
        f"{ESC}]52;c;{SECRET}{BEL}",
        f"{ESC}]52;c;?{ST}",
        f"\x9d52;p;{SECRET}\x9c",
        f"{ESC}]0;标题{BEL}",
        f"{ESC}]2;t{ST}",
        f"{ESC}]8;;http://x.example/{ST}点我{ESC}]8;;{ST}",
        f"{ESC}]10;?{BEL}",
        f"{ESC}]1337;File=:{SECRET}{BEL}",
        f"{ESC}]9;x",
    ),
    "dcs": (
        f"{ESC}P+q544e{ST}",
        f"\x90q{SECRET}\x9c",
        f"{ESC}_Gf=100;{SECRET}{ST}",
        f"{ESC}^x{ST}",
        f"{ESC}X{ST}",
        f"{ESC}P",
    ),
    "moves": (
        "真的\r假的",
        "abc\b\b\bxyz",
        "a\x0bb\x0cc",
        f"x{BEL}{BEL}",
        "第一\n第二",
        "a\tb\tc",
        "\r\n",
        "甲\u2028乙\u2029丙",
        "\x85",
    ),
    "bidi": (
        f"{RLO}fdp.exe",
        "\u2066\u2067אבג\u2069",
        "\u200f甲\u200e",
        "\u061c12",
        "\u202a\u202b\u202d",
        "\u206a\u206f",
    ),
    "unseen": (
        "恒\u200b达",
        f"a{ZWJ}b",
        "\u2060\ufeff",
        "甲\u00ad乙",
        "\u180e\u3164\u115f\uffa0",
        "\U000e0041\U000e007f",
        "\u034f",
        "x\ufe0f",
        "\ufff9甲\ufffa乙\ufffb",
        "\u2800",
        "\u200c" * 30,
        "\u00a0\u2003\u3000",
    ),
    "zalgo": (
        "Z" + "\u0310\u0334\u0489" * 30,
        "恒" + "\u0336" * 200,
        "".join(c + "\u035c\u0361" * 9 for c in "客户"),
        "\u0301" * 50,
    ),
    "emoji": (
        f"👩{ZWJ}👩{ZWJ}👧{ZWJ}👦",
        "🏳️‍🌈",
        "🇨🇳🇹🇼",
        "👋🏽👋🏿",
        "1️⃣",
        "☎️❤️",
        "🫨🪿",
        "\U0001f3fc",
        f"🧑{ZWJ}" * 20,
    ),
    "rtl": ("שלום עולם", "مرحبا بالعالم", "السّلام ١٢٣", "abc אבג 123"),
    "wide": (
        "ＡＢＣ１２３",
        "ｱﾊﾟｰﾄ",
        "①②…—·“”",
        "𠮷野家",
        "\U000323b0",
        "가나다\u1161\u11a8",
        "क्षत्रिय",
        "สวัสดีที่",
    ),
    "broken": (
        "\ud800",
        "甲\udfff",
        "\udcff\udc1b[31m",
        "\udc9b31m",
        "\uffff\ufffe",
        "\U0010ffff",
        "\u0378",
        "\ue000",
        "\ufffd",
    ),
    "markup": (
        "[bold]x[/bold]",
        "[/]",
        "[/red]",
        "[@click=app.quit]退出[/]",
        "[@click=screen.do_archive()]x[/]",
        "[link=file:///etc]x[/link]",
        "\\[x]",
        "[red",
        "[]",
        "{name}",
        "{0}",
        "%s%n",
        "$var",
        "${HOME}",
        "`id`",
        "<script>alert(1)</script>",
        "&lt;",
        ":smile:",
    ),
    "formula": (
        "=1+1",
        "=cmd|' /C calc'!A0",
        "+1",
        "-1+2",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "＝1+1",
        "＋86 138",
        "－2",
        "＠王",
        '=HYPERLINK("http://x")',
        "'=1",
        "'007",
        '="x"',
        "#REF!",
        "=DDE(1)",
        "+86 138 0013 8000",
    ),
    "sql": (
        "'; DROP TABLE customer; --",
        "' OR '1'='1",
        '" OR ""="',
        "1); DELETE FROM plan; --",
        "x' UNION SELECT * FROM person --",
        "`name`",
        "name_key",
        "id DESC",
        ":id",
        "?1",
        "%_%",
        "\\%",
        "a!%_",
        "CAST(1 AS INT)",
        "/* x",
        "-- ",
        ";",
        "NULL",
        "0x41",
        "main.customer",
    ),
    "fts": (
        "AND OR NOT",
        "NEAR(a b, 2)",
        '"恒达',
        '""',
        "恒达*",
        "name:恒达",
        "-恒达",
        "(恒达",
        "^恒",
        "{a b}:c",
        "a + b",
        "*",
        "col : x",
        "OR",
        "状态:",
        "status:won|lost",
        "last>",
        "industry:(",
        "-",
        "|",
        "owner:me -",
        ">30d",
        "标签:'",
        "::::",
    ),
    "paths": (
        "../../etc/passwd",
        "/dev/null",
        "~root",
        "a\\b",
        "-rf",
        "--help",
        "-",
        "CON",
        "name;id",
        "a|b",
        "$(id)",
        "%00",
        "*",
        "file:///x",
    ),
    "long": (
        "长" * 3000,
        "x" * 5000,
        "=" * 300,
        "\u0301" * 900,
        f"{ESC}[31m" * 100,
        "甲\n" * 300,
        " " * 400,
        "👩" * 300,
        RLO * 200,
    ),
    "numbers": (
        "NaN",
        "inf",
        "-0",
        "1e309",
        "9" * 60,
        "٣",
        "１２",
        "½",
        "0x1F",
        "1_000",
        "²",
        "2026-13-45",
        "99:99",
        "每月",
        "下周五",
    ),
}

# What no output of ours may hold, wherever it goes: C0 but line ends, DEL, C1, what turns, hides or joins.
STEERS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
CLIMBS = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{3}")


def corpus(count: int = 500, seed: int = 7) -> list[str]:
    """Return so many different texts, each kind about as often; the same seed gives the same."""
    chance = random.Random(seed)
    kinds = list(KINDS)
    most = max(map(len, KINDS.values()))
    found: dict[str, None] = {}
    for place in range(most):
        for kind in kinds:
            if place < len(KINDS[kind]):
                found[KINDS[kind][place]] = None
    while len(found) < count:
        first = chance.choice(KINDS[kinds[len(found) % len(kinds)]])[:120]
        second = chance.choice(KINDS[chance.choice(kinds)])[:120] if chance.random() < 0.4 else ""
        parts = [first, second, chance.choice(WORDS)]
        found["".join(chance.sample(parts, 3))] = None
    return list(found)[:count]


def storable(text: str) -> str:
    """Return a text as a database can hold it: lone surrogates are no text there."""
    return text.encode("utf-8", "replace").decode()


def typeable(text: str) -> str:
    """Return a text as a word of a call can be: no NUL, of surrogates those that stand for other bytes."""
    return re.sub("\0|[\ud800-\udc7f\udd00-\udfff]", "?", text)


def offences(text: str) -> list[str]:
    """Return what in a text would steer, hide in, or climb out of the line of a terminal."""
    found = [
        f"{found[0]!r} in {text[max(found.start() - 30, 0) : found.end() + 30]!r}"
        for found in STEERS.finditer(text)
    ]
    return found[:3] + [f"marks climb: {found[0]!r}" for found in CLIMBS.finditer(text)][:1]


def shares(texts: Sequence[str], at: int) -> str:
    """Return the text that a place gets: all are used in turn."""
    return texts[at % len(texts)]
