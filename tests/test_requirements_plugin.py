"""The list of requirements and the marks that point into it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pace import PATIENCE
from tests.requirements_plugin import known_numbers

ROOT = Path(__file__).parents[1]
ALONE = {"PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}
COUNTS = {"S0": 27, "S1": 28, "S2": 26, "S3": 31, "S4": 21}


def collect(folder: Path, source: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest with this plugin and those named on one file of tests in a folder of its own."""
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = requirement(number): what a test shows\n")
    (folder / "test_sample.py").write_text("import pytest\n\n" + source)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.requirements_plugin", *options, "test_sample.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **ALONE},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


SAMPLE = """
@pytest.mark.requirement("S0-17", "S4-16")
@pytest.mark.parametrize("n", [1, 2])
def test_one(n):
    open("ran", "w").close()

@pytest.mark.requirement("S0-17")
class TestMore:
    def test_two(self):
        assert True
"""


def test_the_list_holds_every_number_in_order() -> None:
    assert known_numbers() == [
        f"{document}-{n:02}" for document, last in COUNTS.items() for n in range(1, last + 1)
    ]


@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n", "2")], ids=["alone", "with workers"])
def test_listing_names_tests_and_runs_none(tmp_path: Path, workers: tuple[str, ...]) -> None:
    done = collect(tmp_path, SAMPLE, "--requirements", *workers)
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "S0-17  test_sample.py::test_one, test_sample.py::TestMore::test_two" in lines
    assert "S4-16  test_sample.py::test_one" in lines
    assert "S0-01  -" in lines
    assert "2 requirements with a test, 131 without" in lines
    assert not (tmp_path / "ran").exists()


def test_an_unknown_number_is_an_error_at_collection(tmp_path: Path) -> None:
    marks = ('"S0-99"', '"s0-17"', '"S0-17", "X"', "", "17")
    done = collect(
        tmp_path,
        "def test_it():\n    open('ran', 'w').close()\n"
        + "".join(
            f"@pytest.mark.requirement({mark})\ndef test_{n}(): pass\n" for n, mark in enumerate(marks)
        ),
    )
    assert done.returncode != 0
    for number in range(len(marks)):
        assert f"::test_{number}: no such requirement" in done.stdout + done.stderr
    assert not (tmp_path / "ran").exists()


def test_marked_tests_run_as_any_other(tmp_path: Path) -> None:
    done = collect(tmp_path, SAMPLE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
    assert (tmp_path / "ran").exists()
