"""What a session does without, and that it is there as soon as somebody asks for it."""

from __future__ import annotations

import subprocess
import sys
import typing
from collections.abc import Callable, Iterator
from importlib import import_module

import pytest

from crm_tui.tui import loading

# Loaded once, then forked for each question: it is answered by a process that has done nothing else.
ASK = """
import os, sys
from crm_tui.tui.loading import EXTENSIONS, LATER, load_asyncio, load_textual
load_asyncio()
load_textual()
import textual.widgets
from textual.widgets import Input, TextArea
for line in sys.stdin:
    if child := os.fork():
        print("ended", os.waitpid(child, 0)[1], flush=True)
        continue
    status = 1
    try:
        exec(eval(line))
        sys.stdout.flush()
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)
"""
Asked = Callable[[str], str]


@pytest.fixture(scope="module")
def asked() -> Iterator[Asked]:
    """Return what tells what a process says that has loaded Textual as a session does, and did one thing."""
    command, pipe = [sys.executable, "-c", ASK], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin and process.stdout

        def ask(then: str) -> str:
            print(repr(then), file=process.stdin, flush=True)
            said = []
            while not (line := process.stdout.readline()).startswith("ended"):
                assert line
                said.append(line)
            assert line == "ended 0\n"
            return "".join(said).strip()

        yield ask


def test_textual_is_loaded_without_what_it_only_calls(asked: Asked) -> None:
    assert asked("print([name for name in LATER if name in sys.modules])") == "[]"


def test_textual_makes_do_with_pythons_own_typing(asked: Asked) -> None:
    assert asked("print(type(sys.modules[EXTENSIONS]).__name__)") == "Typing"


PARTLY = ("ast", "asyncio.sslproto", "locale", "pickle", "random", "ssl")


def test_a_session_is_loaded_without_what_few_things_are_asked_of(asked: Asked) -> None:
    assert asked(f"print([name for name in {PARTLY} if name in sys.modules])") == "[]"


@pytest.mark.parametrize(
    ("then", "answer"),
    [
        (
            "import inspect; from rich.style import Style; print('class Style:' in inspect.getsource(Style))",
            "True",
        ),
        ("from textual import actions; print(actions.parse('a(1, [2])'))", "('', 'a', (1, [2]))"),
        (
            "from rich.markup import render; print(render('[@click=a(1)]x[/]').spans[0].style.meta)",
            "{'@click': ('a', (1,))}",
        ),
        ("from rich.style import Style; print(Style(meta={'a': 1}).meta)", "{'a': 1}"),
        ("import random; print(random.Random(7).randint(1, 3) in (1, 2, 3))", "True"),
        ("import pickle; print(pickle.loads(pickle.dumps(pickle.Pickler)) is pickle.Pickler)", "True"),
        (
            "import subprocess; print(subprocess.run(['echo', '1'], capture_output=True, text=True).stdout)",
            "1",
        ),
        (
            "import calendar; print(calendar.LocaleTextCalendar(locale='C').formatmonth(2026, 2)[3:11])",
            "February",
        ),
        (
            "from asyncio import selector_events; print(selector_events.sslproto.SSLProtocol.__name__)",
            "SSLProtocol",
        ),
    ],
)
def test_whoever_needs_more_of_them_has_it(asked: Asked, then: str, answer: str) -> None:
    assert asked(then) == answer


@pytest.mark.parametrize(
    "then",
    [
        "from typing_extensions import TypedDict",
        "from typing_extensions import *",
        "import typing_extensions; typing_extensions.TypedDict",
    ],
)
def test_whoever_asks_for_more_has_the_module_itself(asked: Asked, then: str) -> None:
    then += "\nfrom typing_extensions import TypedDict as Own"
    then += "\nprint(sys.modules[EXTENSIONS].TypedDict is Own, type(sys.modules[EXTENSIONS]).__name__)"
    assert asked(then) == "True module"


def test_what_stands_for_the_extensions_gives_the_very_same() -> None:
    extensions = import_module(loading.EXTENSIONS)
    assert {name for name in loading.SAME if getattr(extensions, name) is not getattr(typing, name)} == set()


def test_a_fault_in_a_style_sheet_is_still_drawn(asked: Asked) -> None:
    then = """
from io import StringIO
from rich.console import Console
from textual.css.stylesheet import Stylesheet, StylesheetParseError
sheet = Stylesheet()
sheet.add_source("Widget { colour: red }")
out = StringIO()
try:
    sheet.parse()
except StylesheetParseError as error:
    Console(file=out, width=100).print(error)
print("colour" in out.getvalue(), "rich.panel" in sys.modules)
"""
    assert asked(then) == "True True"


def test_models_are_made_as_without_it(asked: Asked) -> None:
    then = """
from typing_extensions import TypedDict
import pydantic
class Row(TypedDict):
    id: int
print(pydantic.TypeAdapter(Row).validate_python({"id": "3"}))
"""
    assert asked(then) == "{'id': 3}"


def test_a_painted_line_has_all_that_textual_gives_it(asked: Asked) -> None:
    then = "from textual.strip import Strip\nline = Strip([])"
    then += "\nprint([name for name in line.__slots__ if not hasattr(line, name)])"
    assert asked(then) == "[]"
