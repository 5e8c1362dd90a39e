"""How often a process looks for objects that hold each other, while it makes and drops very many others."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager

RARELY = 100_000  # objects more than before: each look is at all of these, and nearly all are gone by then


@contextmanager
def rarely() -> Generator[None]:
    """Look rarely in the block."""
    usual = gc.get_threshold()
    gc.set_threshold(RARELY, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
