"""Data reaches the terminal through few places, each of which cleans it; the rule can fail."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture import Module, modules, nodes, parse, written

# Whoever may write to the terminal, or make a widget that does, and passes data through text/cells.py first.
WRITERS = {
    "crm_tui/cli/output.py",
    "crm_tui/cli/diagnostics.py",
    "crm_tui/cli/progress.py",
    "crm_tui/cli/sought.py",
    "crm_tui/tui/ending.py",
    "crm_tui/tui/widgets/prose.py",
    "crm_tui/tui/widgets/lines.py",
    "crm_tui/tui/widgets/area.py",
    # Help and version, which hold no data.
    "crm_tui/cli/main.py",
    "crm_tui/cli/grammar.py",
    # Lock files, pipes of our own, what gives the terminal back, what our processes answer to their parent.
    "crm_tui/storage/presence.py",
    "crm_tui/tui/driver.py",
    "crm_tui/tui/keyboard.py",
    "crm_tui/exchange/child.py",
    "crm_tui/dedupe/worker.py",
    "crm_tui/exchange/worker.py",
}
WRITES = re.compile(
    r"print|(click\.)?(echo|secho)|sys\.(__)?std(out|err)(__)?(\.buffer)?\.write(lines)?|os\.write"
    r"|(\w+\.)*(Static|Label|Input|TextArea|Markdown|RichLog|Log|Pretty|DataTable|OptionList|Header|Footer)"
    r"|(\w+\.)*(from_markup|render_markup|set_window_title)|self\.(app\.|crm\.)?notify"
)


def check(module: Module) -> list[str]:
    """Return where a module writes to the terminal, or reads markup, by itself."""
    found = []
    for node in nodes(module):
        if not isinstance(node, ast.keyword | ast.Call | ast.ClassDef):
            continue
        if isinstance(node, ast.keyword) and node.arg == "markup" and ast.unparse(node.value) != "False":
            found.append(f"{module.path}:{node.value.lineno}: markup is read")
        if module.path in WRITERS or isinstance(node, ast.keyword):
            continue
        named = [node.func] if isinstance(node, ast.Call) else node.bases
        found += [
            f"{module.path}:{node.lineno}: {written(one)}" for one in named if WRITES.fullmatch(written(one))
        ]
    return found


def test_data_has_one_way_to_the_terminal() -> None:
    assert [fault for module in modules() for fault in check(module)] == []


@pytest.mark.parametrize(
    "source",
    [
        "print(name)",
        "import sys\nsys.stdout.write(name)",
        "import sys\nsys.stderr.writelines(names)",
        "import click\nclick.echo(name)",
        "from textual.widgets import Static\nStatic(name)",
        "from textual import widgets\nclass A(widgets.Static):\n    pass",
        "from textual.widgets import Input\nline = Input(name)",
        "from rich.text import Text\nText.from_markup(name)",
        "Prose(name, markup=True)",
        "def f(self):\n    self.app.notify(self.name)",
    ],
)
def test_another_way_is_found(source: str) -> None:
    assert check(parse("crm_tui/tui/screens/new.py", source))


def test_every_writer_is_there() -> None:
    assert {module.path for module in modules()} >= WRITERS
