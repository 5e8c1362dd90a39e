"""SHA-256 of little: Python's own, since OpenSSL's is faster but takes a session three megabytes to load."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def _own() -> Any:
    # Up to Python 3.11, and since.
    for name in ("_sha256", "_sha2", "hashlib"):
        try:
            return import_module(name).sha256
        except ImportError:
            continue
    raise ImportError("sha256")


sha256 = _own()
