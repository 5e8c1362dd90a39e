"""pytest plugin: which requirement is shown by which tests.

A test names the requirements it shows with ``@pytest.mark.requirement("S0-17", ...)``; the numbered list is
``requirements.txt`` beside this file. ``pytest --requirements`` runs nothing and prints every number with its
tests, then how many have one; a number that the list does not have is an error at collection.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

LIST = Path(__file__).with_name("requirements.txt")


def known_numbers() -> list[str]:
    """Return the numbers of the list, in its order."""
    return [line.split(maxsplit=1)[0] for line in LIST.read_text("utf-8").splitlines() if line.strip()]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option ``--requirements``."""
    parser.addoption(
        "--requirements",
        action="store_true",
        help="run nothing; print every requirement with the tests that show it",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Keep the listing in one process: workers would each collect and print nothing."""
    if config.getoption("requirements"):
        for name, value in (("numprocesses", 0), ("dist", "no"), ("tx", [])):
            if hasattr(config.option, name):
                setattr(config.option, name, value)


def numbers_of(item: pytest.Item) -> list[str]:
    """Return the numbers that a test names, nearest mark first."""
    return [number for mark in item.iter_markers("requirement") for number in mark.args]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a mark without a number and a number that the list does not have."""
    known = set(known_numbers())
    wrong = []
    for item in items:
        for mark in item.iter_markers("requirement"):
            unknown = [repr(number) for number in mark.args if number not in known]
            if unknown or not mark.args:
                wrong.append(f"{item.nodeid}: no such requirement: {', '.join(unknown) or 'none named'}")
    if wrong:
        raise pytest.UsageError(*wrong)


def tests_by_number(items: Iterable[pytest.Item]) -> dict[str, list[str]]:
    """Return every number of the list with the tests that name it, each test once whatever its parameters."""
    found: dict[str, list[str]] = {number: [] for number in known_numbers()}
    for item in items:
        name = item.nodeid.split("[", 1)[0]
        for number in numbers_of(item):
            if name not in found[number]:
                found[number].append(name)
    return found


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Print the listing instead of running the tests."""
    if not session.config.getoption("requirements"):
        return None
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return None
    found = tests_by_number(session.items)
    reporter.ensure_newline()
    for number, tests in found.items():
        reporter.write_line(f"{number}  {', '.join(tests) or '-'}")
    shown = sum(bool(tests) for tests in found.values())
    reporter.write_line(f"{shown} requirements with a test, {len(found) - shown} without")
    return True
