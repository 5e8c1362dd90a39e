"""The campaigns are played on a disk, wherever the files of other tests lie."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Return a folder of the test's own where the machine keeps what is temporary."""
    folder = Path(tempfile.mkdtemp(prefix="crm-faults-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
