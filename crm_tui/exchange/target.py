"""A file that appears whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from crm_tui.errors import BadInput, system_reason
from crm_tui.locale import _
from crm_tui.storage.lasting import flush


@contextmanager
def new_file(path: Path, *, overwrite: bool = False) -> Generator[Path]:
    """Give a temporary name in the target's folder; what is written there takes the target's name at the end.

    When the block raises, nothing is left. Raises BadInput when the target exists and ``overwrite`` is
    False, when its folder is missing or cannot be written, and when the disk is full.
    """
    path = Path(path).absolute()
    _check(path, overwrite)
    part = path.with_name(f".{path.stem[:40]}.{os.getpid()}.part{path.suffix}")
    try:
        part.unlink(missing_ok=True)
        yield part
        flush(part)
        if overwrite:
            part.replace(path)
        else:
            _take_name(part, path)
        with contextlib.suppress(OSError):
            flush(path.parent)
    except OSError as error:
        raise _unwritable(path, system_reason(error)) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _check(path: Path, overwrite: bool) -> None:
    nothing = _("Nothing was written.")
    if path.is_dir():
        raise BadInput(_("{file} is a folder.").format(file=path), nothing, _("Name a file inside it."))
    if not path.parent.is_dir():
        raise BadInput(
            _("There is no folder {folder}.").format(folder=path.parent),
            nothing,
            _("Make the folder first, or choose another place."),
        )
    if path.exists() and not overwrite:
        raise _taken(path)
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise _unwritable(path, _("the folder is write-protected"))


def _taken(path: Path) -> BadInput:
    return BadInput(
        _("{file} is there already.").format(file=path),
        _("It was left as it is."),
        _("Choose another name, or say that it may be replaced."),
    )


def _unwritable(path: Path, reason: str) -> BadInput:
    return BadInput(
        _("{file} cannot be written: {reason}.").format(file=path, reason=reason),
        _("Nothing was written."),
        _("Choose another folder, such as your own."),
    )


def _take_name(part: Path, path: Path) -> None:
    """Give the file its name unless somebody took it meanwhile; some file systems have no hard links."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise _taken(path) from None
    except OSError:
        if path.exists():
            raise _taken(path) from None
        part.replace(path)
