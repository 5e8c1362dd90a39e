"""Today and Customers as terminals show them, kept as text with the codes of their styles.

``python -m tests.tui.golden`` writes them anew after the look was changed; read the difference first.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from crm_tui.customers import service as customers
from crm_tui.followups import service as followups
from crm_tui.followups.service import PlanDraft
from crm_tui.session import create_database, open_session
from crm_tui.storage.change import Change
from crm_tui.tui.screen_cells import Style
from tests.tui.tmux import Tmux

FOLDER = Path(__file__).parent / "golden"
TERMINALS: dict[str, dict[str, str]] = {
    "linux": {"TERM": "linux"},
    "xterm": {"TERM": "xterm"},
    "screen-256color": {"TERM": "screen-256color"},
    "no-color": {"TERM": "screen-256color", "NO_COLOR": "1"},
}
SIZE = (80, 24)
ATTRIBUTES = {"1": "bold", "2": "dim", "3": "italic", "4": "underline", "7": "reverse", "9": "strike"}
SEEN_ON_BLANKS = frozenset(("underline", "reverse", "strike"))
MOMENT = datetime(2026, 3, 11, 1, 30, tzinfo=UTC)
CUSTOMERS = (
    ("上海恒达科技有限公司", "key", -7, "报价确认"),
    ("北京[VIP]样本公司", "strategic", -1, "寄样品"),
    ("Müller & Söhne GmbH", "normal", 0, "回访"),
    ("南京蔚源数据有限公司", "potential", 0, "拜访"),
    ("杭州泓朗调味品（集团）股份有限公司长江三角洲分公司", "key", 2, "每月回访"),
    ("深圳云帆", "normal", None, ""),
)
# The program at a fixed moment, on a demo by seed.
RUN = """
import sys, time_machine
from datetime import datetime, timezone
time_machine.travel(datetime(2026, 3, 11, 1, 30, tzinfo=timezone.utc)).start()
from crm_tui.__main__ import main
main()
"""


def database(folder: Path) -> Path:
    """Make the few customers that are shown, for the operating-system user."""
    path = folder / "golden.db"
    with time_machine.travel(MOMENT, tick=False):
        create_database(path, name="王伟")
        with open_session(path) as session:
            session.write(_fill)
    return path


def _fill(change: Change) -> None:
    for number, (name, level, days, goal) in enumerate(CUSTOMERS):
        values = {"name": name, "kind": "company", "status": "interested", "level": level}
        contact = {"name": f"联系{number}", "title": "采购经理", "mobile": f"1390013900{number}"}
        customer = customers.add(change, values, [contact], ["高意向"] if number % 3 == 0 else [])
        if days is not None:
            plan = PlanDraft(MOMENT.date() + timedelta(days), goal=goal)
            followups.add_plan(change, customer, plan)


def captured(path: Path, names: Iterable[str] = tuple(TERMINALS)) -> dict[str, str]:
    """Return what terminals show of Today and Customers, by ``<terminal>-<screen>``."""
    found = {}
    with ExitStack() as stack:
        open_ones = {}
        for name in names:
            home = str(path.parent / name)
            places = {
                "HOME": home,
                "XDG_CONFIG_HOME": home,
                "XDG_STATE_HOME": home,
                "COLORTERM": "",
                "TZ": "UTC",
            }
            command = [sys.executable, "-c", RUN, "--db", path]
            terminal = Tmux(command, size=SIZE, env={**places, "COLORTERM": "", **TERMINALS[name]})
            open_ones[name] = stack.enter_context(terminal)
        for name, terminal in open_ones.items():
            terminal.wait_for(r"(?s)今日.*无下一步计划.*帮助", 40)
            terminal.wait_for_rest()
            found[f"{name}-today"] = clean(terminal.screen(colours=True))
            terminal.keys("2")
            terminal.wait_for(r"(?s)\A *客户.*C20260311001.*帮助", 40)
            terminal.wait_for_rest()
            found[f"{name}-customers"] = clean(terminal.screen(colours=True))
    return found


def clean(screen: str) -> str:
    """Return a capture with each style as ``{bold red}`` where it begins to be seen, as one line a line."""
    style = Style(frozenset(), "", "")
    lines = []
    for line in screen.rstrip("\n").split("\n"):
        shown, last, last_seen = "", "", ""
        for part in re.split("(\x1b\\[[0-9;]*m)", line):
            if part.startswith("\x1b"):
                style = _next(style, part[2:-1])
                continue
            seen = _told(style.on & SEEN_ON_BLANKS, style.back)
            for blank, text in re.findall("( +)|([^ ]+)", part):
                now = _told(style.on, style.fore, style.back) if text else seen
                if now != last and (text or seen != last_seen):
                    shown += f"{{{now}}}"
                    last, last_seen = now, seen
                shown += blank or text
        # A line without text may be written or erased: tmux tells the two apart, nobody else does.
        bare = re.sub(r"\{[^}]*\}", "", shown).strip() == "" and not SEEN_ON_BLANKS & set(
            re.split(r"[{} ]", shown)
        )
        lines.append("" if bare else re.sub("(\\{\\})? +$", "", shown))
    return "\n".join(lines) + "\n"


def _told(on: Iterable[str], *colours: str) -> str:
    return " ".join(filter(None, [*sorted(on), *colours]))


def _next(style: Style, parameters: str) -> Style:
    """Return the style after an SGR sequence as tmux writes it."""
    on, fore, back = set(style.on), style.fore, style.back
    for word in re.findall(r"[34]8;(?:5;\d+|2;\d+;\d+;\d+)|\d+", parameters or "0"):
        if word == "0":
            on, fore, back = set(), "", ""
        elif word in ATTRIBUTES:
            on.add(ATTRIBUTES[word])
        elif word[0] in "39":
            fore = "" if word == "39" else word
        elif word[0] in "41":
            back = "" if word == "49" else f"back {word}"
    return Style(frozenset(on), fore, back)


def write() -> None:
    """Write all of them."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for name, text in captured(database(Path(folder))).items():
            (FOLDER / f"{name}.txt").write_text(text, "utf-8")


if __name__ == "__main__":
    write()
