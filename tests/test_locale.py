"""Every sentence the program says has its Chinese, and the compiled catalogue is the committed text."""

from __future__ import annotations

import ast
import gettext
import re
import string
from pathlib import Path

import pytest

from crm_tui import locale
from crm_tui.locale.catalogue import load
from tests.architecture import Module, calls, modules, nodes, parse
from tests.tools import catalog

HAN = re.compile(r"[\u3400-\u9fff]")
MARKERS = ("_", "N_", "ngettext")
ERRORS = {"CrmError", "BadInput", "UsageFault", "Conflict", "Busy", "NotPermitted", "Fault", "Cancelled"}
# Rooms that speak to people only through the catalogue; elsewhere Chinese is data that is read and written.
SPEAKING = ("cli", "tui", "session", "queue", "access", "storage", "errors", "config")
# Full-width twins of keys, and what people type on them.
KEYS = {"crm_tui/tui/keys.py", "crm_tui/tui/keymap.py", "crm_tui/tui/actions.py"}


def fields(text: str) -> set[str]:
    """Return the names between braces of a message."""
    return {name for _text, name, _spec, _how in string.Formatter().parse(text) if name is not None}


def built_messages(module: Module) -> list[str]:
    """Return the places that hand the catalogue a sentence put together on the spot: it can have no entry."""
    found = []
    for node, called in calls(module):
        if called in MARKERS:
            count = 2 if called == "ngettext" else 1
            for arg in node.args[:count]:
                if isinstance(arg, ast.JoinedStr | ast.BinOp | ast.Call):
                    found.append(f"{module.path}:{node.lineno}: {ast.unparse(arg)[:60]}")
    return found


def untranslated_errors(module: Module) -> list[str]:
    """Return the errors for people whose sentences do not go through the catalogue."""
    found = []
    for node, called in calls(module):
        if called.rsplit(".", 1)[-1] in ERRORS:
            for arg in [*node.args, *(keyword.value for keyword in node.keywords)]:
                plain = isinstance(arg, ast.JoinedStr) or (
                    isinstance(arg, ast.Constant) and isinstance(arg.value, str) and " " in arg.value
                )
                if plain:
                    found.append(f"{module.path}:{node.lineno}: {ast.unparse(arg)[:60]}")
    return found


def chinese_in_code(module: Module) -> list[str]:
    """Return the Chinese strings of a room that speaks through the catalogue; comments and docstrings may."""
    if module.path in KEYS or module.path.split("/")[1].removesuffix(".py") not in SPEAKING:
        return []
    docs = {id(node.value) for node in nodes(module) if isinstance(node, ast.Expr)}
    return [
        f"{module.path}:{node.lineno}: {node.value[:40]!r}"
        for node in nodes(module)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docs
        and HAN.search(node.value)
    ]


def hidden_messages(module: Module) -> list[str]:
    """Messages inside an f-string: the extraction does not see them."""
    return [
        f"{module.path}:{call.lineno}: {ast.unparse(call)[:40]}"
        for text in nodes(module)
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) in ("_", "N_", "ngettext")
        and isinstance(call.args[0], ast.Constant)
    ]


CHECKS = [built_messages, untranslated_errors, chinese_in_code, hidden_messages]


def test_every_message_of_the_source_has_its_chinese() -> None:
    assert catalog.missing() == []


def test_the_catalogue_holds_nothing_the_source_no_longer_says() -> None:
    assert catalog.stale() == []


def test_the_compiled_catalogue_is_the_committed_text() -> None:
    assert catalog.MO.read_bytes() == catalog.compiled(), "run: python -m tests.tools.catalog compile"


def test_each_message_is_found_as_the_library_finds_it() -> None:
    theirs = gettext.GNUTranslations(catalog.MO.open("rb"))
    ours = load(catalog.MO)
    assert ours is not None
    for message in catalog.source_messages():
        one, many = (message, "") if isinstance(message, str) else message[-2:]
        assert (ours.find(one) or many or one) == (
            theirs.ngettext(one, many, 2) if many else theirs.gettext(one)
        )
    assert (ours.find("no such message"), ours.find("\U0010fffd")) == ("", "")
    assert load(catalog.MO.with_name("of no language.mo")) is None


def test_a_translation_keeps_the_fields_of_its_message() -> None:
    committed = catalog.load()
    wrong = [
        (message, form)
        for message in catalog.source_messages()
        for form in catalog.translations(committed, message)
        if fields(form) != fields(message if isinstance(message, str) else message[-1])
    ]
    assert wrong == []


def test_messages_in_the_source_are_english() -> None:
    assert [m for m in catalog.source_messages() if HAN.search(catalog.first(m)[:1])] == []


@pytest.mark.parametrize("check", CHECKS)
def test_people_are_spoken_to_through_the_catalogue(check) -> None:
    assert [fault for module in modules() for fault in check(module)] == []


@pytest.mark.parametrize(
    ("check", "source"),
    [
        (built_messages, "_(f'{n} rows')"),
        (built_messages, "_('{n} rows'.format(n=n))"),
        (built_messages, "ngettext('{n} row', f'{n} rows', n)"),
        (untranslated_errors, "raise BadInput('The file is gone.')"),
        (untranslated_errors, "raise errors.Fault(_('It broke.'), kept=f'{n} rows')"),
        (chinese_in_code, "TITLE = '今天'"),
        (hidden_messages, "title = f'{_(\"Row\")} {n}'"),
    ],
)
def test_each_check_catches_a_breach(check, source: str) -> None:
    assert check(parse("crm_tui/tui/screens/today.py", source))


def test_chinese_is_no_fault_where_it_is_data() -> None:
    assert not chinese_in_code(parse("crm_tui/text/money.py", "UNIT = '万'"))
    assert not chinese_in_code(parse("crm_tui/tui/screens/today.py", "'''今天.'''"))


def test_extraction_finds_what_a_new_source_says(tmp_path: Path) -> None:
    (tmp_path / "new.py").write_text(
        "a = _('One thing')\nb = N_('Another')\nc = ngettext('{n} row', '{n} rows', 2)\nd = 'no message'\n"
    )
    assert set(catalog.source_messages(tmp_path)) == {"One thing", "Another", ("{n} row", "{n} rows")}
    assert not catalog.translations(catalog.load(), "A sentence that nobody has translated.")


def test_both_languages_answer() -> None:
    locale.set_language("zh")
    assert locale._("Nothing was changed.") == "没有任何改动。"
    locale.set_language("en")
    assert locale._("Nothing was changed.") == "Nothing was changed."
    assert locale.ngettext("{n} row", "{n} rows", 2) == "{n} rows"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "zh"),
        ({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ({"CRM_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"CRM_LANG": "tlh"}, "zh"),
    ],
)
def test_the_environment_chooses_the_language(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    for name in ("CRM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    locale.set_language(None)
    assert locale.language() == expected


def test_the_compiled_catalogue_is_read_by_gettext() -> None:
    with catalog.MO.open("rb") as file:
        found = gettext.GNUTranslations(file)
    assert found.gettext("Nothing was changed.") == "没有任何改动。"
    assert found.info()["project-id-version"] == "crm-tui"
    assert "generated-by" not in found.info()
