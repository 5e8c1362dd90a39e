"""A real file system with little room, for faults that only a full disk brings about."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

PIECE = 4096


class Disk:
    """A folder on a file system of its own; ``fill`` takes all its room, ``free`` gives it back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self, left: int = 0) -> None:
        """Take the room but for ``left`` bytes."""
        with self._filler.open("ab", buffering=0) as filler:
            while self._room() > left:
                try:
                    filler.write(bytes(min(PIECE, self._room() - left)))
                except OSError as error:
                    assert error.errno == errno.ENOSPC
                    return

    def free(self) -> None:
        """Give the room back."""
        self._filler.unlink(missing_ok=True)

    def _room(self) -> int:
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize


@contextmanager
def small_disk(folder: Path, megabytes: int = 8) -> Generator[Disk]:
    """Yield a small disk at a folder; skips where the system lets nobody mount one."""
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
