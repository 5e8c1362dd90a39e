"""Files written whole, and lock files beside them that the kernel releases with their process."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from crm_tui.storage.lasting import flush


def lock_file(path: Path, *, make: bool = True) -> int | None:
    """Take the lock file and return its descriptor; None when it is held, missing or cannot be made."""
    while True:
        try:
            lock = os.open(
                path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_CREAT if make else 0), 0o600
            )
        except OSError:
            return None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        except OSError:
            return lock  # a file system without locks: alone is the better guess
        with suppress(OSError):
            # Whoever held it may have removed the file between our opening and locking it.
            if path.stat().st_ino == os.fstat(lock).st_ino:
                return lock
        os.close(lock)
        if not make:
            return None


def let_go(lock: int, path: Path) -> None:
    """Remove the lock file while its lock is held, and release it."""
    with suppress(OSError):
        path.with_suffix(".lock").unlink()
    os.close(lock)


def write_whole(path: Path, body: bytes, lasting: bool) -> None:
    """Put a file in place whole or not at all; ``lasting`` waits for the disk. Raises OSError."""
    temp = path.with_suffix(".tmp")
    try:
        out = os.open(temp, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(out, "wb") as file:
            file.write(body)
            file.flush()
            if lasting:
                os.fsync(out)
        temp.replace(path)
    except OSError:
        with suppress(OSError):
            temp.unlink()
        raise
    if lasting:
        with suppress(OSError):
            flush(path.parent)
