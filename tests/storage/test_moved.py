"""The bytes of a file that moved since it was copied: brought into the copy, whatever the system offers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_tui.storage import moved
from crm_tui.storage.moved import Beside

BYTES = 40_000
PIECE = 1_000

Change = tuple[int, bytes]


@pytest.fixture(params=["memory", "reads", "no room", "reads by hand"])
def system(request, monkeypatch) -> str:
    """Return what the system offers: both files in memory, or less."""
    monkeypatch.setattr(moved, "AT_ONCE", PIECE)
    if request.param.startswith("reads"):
        monkeypatch.setattr(moved, "_library", lambda: None)
    if request.param == "reads by hand":
        monkeypatch.delattr(os, "preadv", raising=False)
    if request.param == "no room":
        refused = moved._library().mmap(None, 0, 0, 0, -1, 0)
        monkeypatch.setattr(moved, "_library", lambda: SimpleNamespace(mmap=lambda *_call: refused))
    return request.param


@contextmanager
def two(folder: Path, content: bytes, copied: int) -> Iterator[tuple[int, int]]:
    """Give descriptors of a file and of a copy of its first bytes."""
    names = folder / "file", folder / "copy"
    names[0].write_bytes(content)
    names[1].write_bytes(content[:copied])
    opened = [os.open(name, os.O_RDWR) for name in names]
    try:
        yield opened[0], opened[1]
    finally:
        for one in opened:
            os.close(one)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(0, BYTES - 1), st.binary(min_size=1, max_size=2500)), max_size=8),
    copied=st.integers(0, BYTES),
    held=st.integers(0, BYTES * 2),
    later=st.lists(st.tuples(st.integers(0, BYTES + 5000), st.binary(min_size=1, max_size=9)), max_size=3),
)
def test_the_copy_is_what_the_file_is(
    tmp_path, system, changes: list[Change], copied: int, held: int, later: list[Change]
):
    with two(tmp_path, bytes(range(200)) * (BYTES // 200), copied) as (file, copy):
        for place, content in changes:
            os.pwrite(file, content, place)
        with Beside(file, copy, held) as both:
            for place, content in later:
                os.pwrite(file, content, place)
            both.copy_moved(os.fstat(file).st_size)
    assert (tmp_path / "copy").read_bytes() == (tmp_path / "file").read_bytes()


def test_only_what_moved_is_written(tmp_path, system, monkeypatch):
    written, write = [], os.pwrite
    with two(tmp_path, bytes(BYTES), BYTES) as (file, copy):
        os.pwrite(file, b"new", 20_500)
        monkeypatch.setattr(
            os, "pwrite", lambda to, what, at: written.append((to == copy, at)) or write(to, what, at)
        )
        with Beside(file, copy, BYTES) as both:
            both.copy_moved(BYTES)
    assert written == [(True, 20_000)]


def test_a_file_that_another_program_cut_off_ends_nothing_but_the_copying(tmp_path, system):
    content = bytes(range(200)) * (BYTES // 200)
    with two(tmp_path, content, BYTES) as (file, copy), Beside(file, copy, BYTES) as both:
        os.pwrite(file, b"new", 0)
        os.ftruncate(file, 4096)
        both.copy_moved(BYTES)
    assert (tmp_path / "copy").read_bytes()[:4096] == (tmp_path / "file").read_bytes()


def test_both_lie_in_memory_where_the_system_can(tmp_path):
    if moved._library() is None:
        pytest.skip("the C library is not one that is known")
    with two(tmp_path, bytes(BYTES), BYTES) as (file, copy), Beside(file, copy, BYTES) as both:
        assert both._held is not None
        assert str(tmp_path / "copy") in Path("/proc/self/maps").read_text()
    assert str(tmp_path / "copy") not in Path("/proc/self/maps").read_text()
