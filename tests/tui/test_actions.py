"""The registry of actions: no clash, complete, translated, and open to the user's own keys."""

from __future__ import annotations

import inspect
from itertools import pairwise

import pytest

from crm_tui import locale
from crm_tui.access.verbs import VERBS
from crm_tui.text.cells import width
from crm_tui.tui.actions import ACTIONS, clashes, find
from crm_tui.tui.key_report import report
from crm_tui.tui.keymap import Keymap, footer_width, key_table
from crm_tui.tui.keys import FORBIDDEN, half_width, is_writing, key_name, show_key
from crm_tui.tui.kinds import GROUPS, SCREEN_TITLES, Action

KINDS = [kind for kind in SCREEN_TITLES if kind not in ("palette",)]


def test_no_key_means_two_things_on_one_screen() -> None:
    assert clashes() == []


def test_a_clash_is_found() -> None:
    twice = (Action("one", ("j",), "", "", "", ("today",)), Action("two", ("j",), "", "", "", ("today",)))
    assert clashes(actions=twice) == [("today", "j", "one", "two")]


def test_no_action_uses_a_key_that_terminals_keep() -> None:
    used = {key for action in ACTIONS for key in action.keys}
    assert used & FORBIDDEN == set()
    assert not {key for key in used if key.startswith("alt+")}


def test_the_registry_is_whole() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    for action in ACTIONS:
        assert action.keys and action.label and action.help.endswith("."), action.id
        assert action.group in GROUPS
        assert action.screens == ("all",) or set(action.screens) <= set(SCREEN_TITLES), action.id


@pytest.mark.parametrize(
    "kind", [kind for kind in SCREEN_TITLES if kind in ("today", "customers", "customer")]
)
@pytest.mark.parametrize(
    ("written", "action_id"),
    [
        *(("j", "down"), ("k", "up"), ("g", "first"), ("G", "last"), ("ctrl+d", "half_down")),
        *(("ctrl+u", "half_up"), ("pagedown", "page_down"), ("enter", "open"), ("escape", "back")),
        *(("q", "quit"), ("f10", "quit"), ("/", "search"), ("f3", "search"), ("、", "search")),
        *(("／", "search"), ("n", "next_match"), ("N", "previous_match"), ("f4", "next_match")),
        *((":", "palette"), ("f9", "palette"), ("ctrl+p", "palette"), ("：", "palette")),
        *(("?", "help"), ("f1", "help"), ("？", "help"), ("1", "go_today"), ("2", "go_customers")),
        *(("a", "add"), ("f7", "add"), ("e", "edit"), ("f2", "edit"), ("d", "archive"), ("f8", "archive")),
        *(("delete", "archive"), ("l", "log"), ("f6", "log"), ("u", "undo"), ("ctrl+r", "redo")),
        *(("ctrl+y", "redo"), ("y", "copy"), ("f5", "reload"), ("tab", "next_panel")),
    ],
)
def test_the_agreed_keys(kind: str, written: str, action_id: str) -> None:
    action = Keymap().action_for(kind, key_name(written))
    assert action is not None
    assert action.id == action_id


@pytest.mark.parametrize(
    ("written", "name"),
    [("/", "slash"), ("?", "question_mark"), ("：", "fullwidth_colon"), ("、", "ideographic_comma"),
     ("G", "G"), ("Ctrl+D", "ctrl+d"), ("Esc", "escape"), ("F12", "f12"), ("PgDn", "pagedown")],
)  # fmt: skip
def test_keys_are_named_as_textual_names_them(written: str, name: str) -> None:
    from textual.keys import _character_to_key

    assert key_name(written) == name
    if len(written) == 1:
        assert _character_to_key(written) == name


@pytest.mark.parametrize(
    ("typed", "twin"),
    [("ｊ", "j"), ("Ｇ", "G"), ("／", "/"), ("？", "?"), ("：", ":"), ("１", "1"), ("、", "/"), ("j", None),
     ("上", None), ("①", "1"), (None, None), ("", None)],
)  # fmt: skip
def test_full_width_twins(typed: str | None, twin: str | None) -> None:
    assert half_width(typed) == twin


@pytest.mark.parametrize(
    ("text", "writing"), [("上", True), ("恒达", True), ("，", False), ("ｊ", False), ("j", False)]
)
def test_chinese_words_are_told_from_signs(text: str, writing: bool) -> None:
    assert is_writing(text) is writing


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cells", [60, 80, 120])
def test_the_key_bar_fits_and_always_names_help(kind: str, cells: int, lang: str) -> None:
    locale.set_language(lang)
    pairs = Keymap().footer_for(kind, cells)
    assert len(pairs) <= 7
    assert footer_width(pairs) <= cells
    helps = find("help").belongs_to(kind)
    assert (pairs[-1][0] in ("?", "F1")) is helps


def test_in_a_form_only_keys_that_no_text_needs_act() -> None:
    keymap = Keymap()
    for action in keymap.bindings_for("form"):
        for key in keymap.keys(action):
            if len(key) == 1 or key in ("slash", "colon", "question_mark", "space"):
                assert keymap.action_for("form", key, typing=True) is None
    saves = keymap.action_for("form", "f12", typing=True)
    assert saves is not None and saves.id == "save"
    assert keymap.action_for("form", "enter", typing=True, lines=True) is None
    assert ("F1", "帮助") in keymap.footer_for("form", 80)


def test_help_names_every_action_of_a_screen_in_both_languages() -> None:
    for lang in ("zh", "en"):
        locale.set_language(lang)
        lines = Keymap().help_for("today")
        assert {line.action.id for line in lines} == {a.id for a in ACTIONS if a.belongs_to("today")}
        assert all(line.keys and line.label and line.help for line in lines)
        groups = [line.group for line in lines]
        changes = [one != two for one, two in pairwise(groups)]
        assert sum(changes) == len(set(groups)) - 1


def test_everything_is_said_in_chinese() -> None:
    locale.set_language("zh")
    for action in ACTIONS:
        for text in (action.label, action.help, action.group):
            assert locale._(text) != text, text
        assert width(locale._(action.label)) <= 10


def test_the_users_own_keys_replace_ours() -> None:
    keymap = Keymap({"search": "U, Ctrl+F", "add": "+"})
    for key in ("U", "ctrl+f"):
        action = keymap.action_for("customers", key)
        assert action is not None and action.id == "search"
    assert keymap.action_for("customers", "slash") is None
    assert keymap.shown("search") == "U"
    assert "U  Ctrl+F" in {line.keys for line in keymap.help_for("customers")}


def test_lines_of_the_users_keys_that_cannot_count_are_named_and_the_others_hold() -> None:
    wrong: list[tuple[object, str]] = [
        ({"fly": "f"}, "没有名为“fly”的操作"),
        ({"serch": "f"}, "是否想写：search？"),
        ({"搜索": "f"}, "是否想写：search？"),
        ({"search": "ctrl+s"}, "Ctrl+S：终端用它暂停"),
        ({"search": "j"}, "在“今日”、“客户”、“客户档案”"),
        ({"search": 3}, "按键应写成文字"),
        ({"add": "alt+a"}, "终端无法传递"),
        ({"add": "spcae"}, "没有这个按键"),
        ({"add": "ctrl+1"}, "终端无法传递"),
        ({"add": "上"}, "它是文字"),
        ({"quit": ""}, "必须有按键"),
        ({"save": "S"}, "在表单里字母都是文字"),
        (["f"], "应写成这样的行"),
    ]
    for written, says in wrong:
        keymap = Keymap(written)
        assert len(keymap.problems) == 1 and says in keymap.problems[0], written
        assert not keymap.own and says in keymap.complaint
    both = Keymap({"search": "j", "add": "+, shift+f5", "undo": "", "redo": "none", "copy": []})
    assert len(both.problems) == 1 and both.own == {"add", "undo", "redo", "copy"}
    assert both.keys(find("add")) == ("plus", "shift+f5", "f17") and not both.shown("undo")
    assert both.action_for("today", "u") is None and both.shown("search") == "/"
    assert all(label != "撤销" for _key, label in both.footer_for("today", 80))
    two = Keymap({"edit": "Y", "tags": "Y"})
    assert len(two.problems) == 1 and not two.own


def test_every_screen_reports_its_keys_and_what_nobody_can_have() -> None:
    found = report({"search": "U, Ctrl+F", "fly": "x"})
    assert {line.kind for line in found.lines} == set(SCREEN_TITLES)
    assert {line.action for line in found.lines if line.own} == {"search"}
    assert dict(found.forbidden)["Ctrl+Z"] == "它会挂起程序"
    assert len(found.problems) == 1


def test_the_key_table_is_made_from_the_registry_in_both_languages() -> None:
    chinese, english = key_table("zh"), key_table("en")
    assert chinese.splitlines()[0] == "| 按键 | 名称 | 作用 |"
    assert "| `l` `F6` | 记跟进 | 记录一次跟进，并安排下一次。 |" in chinese
    assert "| `l` `F6` | Log | Log a follow-up and plan the next one. |" in english
    assert len(chinese.splitlines()) == len(english.splitlines()) == len(ACTIONS) + 2
    assert locale.language() == "zh"


def test_every_action_of_the_app_is_registered() -> None:
    from crm_tui.tui.app import CrmApp

    named = {name[3:] for name, _method in inspect.getmembers(CrmApp) if name.startswith("do_")}
    assert named <= {action.id for action in ACTIONS}
    assert show_key("ctrl+d") == "Ctrl+D"


# Everybody may do these: they take back one's own, or ask the policy themselves for what they are about.
ASKED_ELSEWHERE = frozenset(
    ("undo_this", "undo_others", "undo", "redo", "scan", "carry_out", "mark", "save_view", "rename_view",
     "remove_view", "save", "not_alike", "mend", "restore", "go_ahead")
)  # fmt: skip


@pytest.mark.requirement("S0-20")
def test_what_writes_names_the_verb_that_the_policy_is_asked_about() -> None:
    assert {action.verb for action in ACTIONS if action.verb} <= set(VERBS)
    silent = {action.id for action in ACTIONS if action.writes and not action.verb}
    assert silent <= ASKED_ELSEWHERE, silent - ASKED_ELSEWHERE
