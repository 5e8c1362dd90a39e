"""Drafts: what was typed into a form and not saved, in files of its user alone, outside the database.

A draft is one JSON file, written whole or not at all. Beside it lies a lock file that the session which
types holds (flock): a draft whose session lives is offered to nobody else, and no session writes over the
draft of another. What cannot be read stays where it is, and is told with a sentence.
"""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from crm_tui.config import state_dir
from crm_tui.drafts.files import let_go, lock_file, write_whole
from crm_tui.errors import BadInput, system_reason
from crm_tui.locale import _
from crm_tui.storage.short_sha256 import sha256
from crm_tui.text.identity import find_identity_number

FORMAT = 1
MOST_BYTES = 8_000_000  # ten thousand lines pasted into a note, kept with what is shown of them
MOST_SLOTS = 99  # drafts of one form of one record: so many sessions were cut off over it
_SIGN = "crm-tui draft"


class Owner(NamedTuple):
    """Whose drafts: the database's resolved path, what its history begins with, and the person's id there.

    ``origin`` tells the same database after it was moved or restored, and another one at the same path.
    """

    path: str
    origin: str
    person: int


class Draft(NamedTuple):
    """What was typed in one form.

    ``form`` and ``given`` say how the form is opened again, ``title`` is what people read. ``values`` holds
    only fields that differ, ``before`` what stood there, ``words`` the longest of them and ``text`` all with
    their labels, as people read them; ``seen`` is the version of the record that was read
    (``changed_in``; None for something new) and ``stamp`` what names that version for good, ``born`` what
    tells the customer from another of the same id.
    ``saving`` is the newest change set when a save of it began, None while none is under way.
    """

    form: str
    given: dict[str, Any]
    title: str
    values: dict[str, str]
    before: dict[str, str]
    at: str
    words: str = ""
    text: str = ""
    seen: int | None = None
    stamp: str = ""
    born: str = ""
    saving: int | None = None


class Found(NamedTuple):
    """A file of the folder: its draft, or the sentence that says why it cannot be used."""

    path: Path
    draft: Draft | None
    problem: str = ""


class Drafts:
    """The drafts of one person in one database; every call reads the folder anew."""

    def __init__(self, owner: Owner, folder: Path | None = None) -> None:
        self.owner = owner
        self.folder = folder or state_dir() / "drafts"

    def all(self) -> list[Found]:
        """Return the drafts that no living session holds, newest first, then files with a problem."""
        usable: list[Found] = []
        odd: list[Found] = []
        try:
            paths = sorted(self.folder.iterdir())
        except OSError:
            return []
        for path in paths:
            if path.suffix == ".tmp":
                self._sweep(path)
            if path.suffix != ".json":
                continue
            found, owner = _read(path)
            if found.draft is None:
                odd.append(found)
            elif not self._mine(owner) or self._held(path):
                continue
            elif owner.origin != self.owner.origin:
                odd.append(
                    found._replace(
                        problem=_("It belongs to another database that stood in this place: {title}.").format(
                            title=found.draft.title
                        )
                    )
                )
            else:
                usable.append(found)
        usable.sort(key=lambda one: (one.draft.at if one.draft else "", one.path.name), reverse=True)
        return usable + odd

    def of(self, form: str, given: Mapping[str, Any]) -> Found | None:
        """Return the newest draft of that very form of that very record, None when there is none."""
        stem = self._stem(form, given)
        return next((one for one in self.all() if one.draft and one.path.name.startswith(stem)), None)

    def slot(self, form: str, given: Mapping[str, Any]) -> Slot:
        """Return a place for the draft of a form that is opened; nothing is written yet."""
        return Slot(self, self._stem(form, given))

    def adopt(self, found: Found) -> Slot | None:
        """Take a draft up again, so that what is typed on goes to the same file.

        None when another session has taken it up, or discarded it, meanwhile.
        """
        slot = Slot(self, "")
        return slot if slot.take(found.path) else None

    def discard(self, found: Found) -> bool:
        """Remove a file; False when a living session holds it."""
        slot = self.adopt(found)
        if slot is None:
            return False
        slot.forget()
        return True

    def _mine(self, owner: Owner) -> bool:
        if owner.person != self.owner.person:
            return False
        # Moved or restored: the same history, and no longer a file where the draft was written.
        moved = owner.origin == self.owner.origin and not Path(owner.path).exists()
        return owner.path == self.owner.path or moved

    def _stem(self, form: str, given: Mapping[str, Any]) -> str:
        # A follow-up is about its customer, whichever plan it was begun from.
        ids = ("customer_id",) if form == "log" else [key for key in given if key.endswith("_id")]
        about = {key: given.get(key) for key in ids if given.get(key)}
        alias = given.get("alias")
        if isinstance(alias, Mapping):
            about["alias_id"] = alias.get("id")
        whole = json.dumps([self.owner.origin, self.owner.person, form, about], sort_keys=True)
        return f"{form}-{sha256(whole.encode()).hexdigest()[:12]}-"

    @staticmethod
    def _held(path: Path) -> bool:
        lock = lock_file(path.with_suffix(".lock"), make=False)
        if lock is None:
            return path.with_suffix(".lock").exists()
        os.close(lock)
        return False

    @staticmethod
    def _sweep(path: Path) -> None:
        """Remove what a killed process had half written."""
        lock = lock_file(path.with_suffix(".lock"))
        if lock is not None:
            with suppress(OSError):
                path.unlink()
            let_go(lock, path)


class Slot:
    """The file of one open form's draft; may be used from several threads."""

    def __init__(self, drafts: Drafts, stem: str) -> None:
        self._drafts = drafts
        self._stem = stem
        self._path: Path | None = None
        self._lock: int | None = None
        self._turn = 0
        self._ended = False
        self._mutex = threading.Lock()

    @property
    def path(self) -> Path | None:
        """Where the draft lies; None while nothing was written."""
        return self._path

    def take(self, path: Path) -> bool:
        """Hold the lock of a draft that is there; False when somebody else does or it is gone."""
        lock = lock_file(path.with_suffix(".lock"))
        if lock is None:
            return False
        if not os.path.lexists(path):
            let_go(lock, path)
            return False
        self._path, self._lock = path, lock
        return True

    def keep(self, draft: Draft, turn: int, *, lasting: bool = True) -> None:
        """Write a draft; one of an earlier ``turn`` than the last is dropped.

        ``lasting`` waits until it is on the disk. Raises BadInput when it cannot be written.
        """
        with self._mutex:
            if turn < self._turn or self._ended:
                return
            self._turn = turn
            body = _written(self._drafts.owner, draft)
            if len(body) > MOST_BYTES:
                raise BadInput(_("What was typed is too long to be kept as a draft."))
            try:
                path = self._path or self._claim()
                write_whole(path, body, lasting)
            except OSError as error:
                raise BadInput(
                    _("Drafts cannot be kept in {folder}: {reason}.").format(
                        folder=self._drafts.folder, reason=system_reason(error)
                    ),
                    "",
                    _("Save often."),
                ) from error

    def _claim(self) -> Path:
        folder = self._drafts.folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if stat.S_IMODE(folder.stat().st_mode) & 0o077:
            folder.chmod(0o700)
        for number in range(1, MOST_SLOTS + 1):
            path = folder / f"{self._stem}{number}.json"
            lock = lock_file(path.with_suffix(".lock"))
            if lock is None:
                if not path.with_suffix(".lock").exists():
                    write_whole(
                        path.with_suffix(".lock"), b"", lasting=False
                    )  # says what is wrong with the folder
                continue
            if os.path.lexists(path):
                os.close(lock)
                continue
            self._path, self._lock = path, lock
            return path
        raise FileExistsError(17, "", str(folder))

    def remove(self, turn: int) -> None:
        """Remove the draft, unless something later was written; the place stays held."""
        with self._mutex:
            if turn >= self._turn:
                self._turn = turn
                if self._path is not None:
                    with suppress(OSError):
                        self._path.unlink()

    def forget(self) -> None:
        """Remove the draft and let go of its place; nothing is written any more."""
        with self._mutex:
            if self._path is not None:
                with suppress(OSError):
                    self._path.unlink()
            self._release()

    def close(self) -> None:
        """Let go of the place; the draft stays for the next start."""
        with self._mutex:
            self._release()

    def _release(self) -> None:
        if self._lock is not None and self._path is not None:
            let_go(self._lock, self._path)
        self._path = self._lock = None
        self._ended = True


def _written(owner: Owner, draft: Draft) -> bytes:
    values = {key: _without_numbers(key, text) for key, text in draft.values.items()}
    draft = draft._replace(
        values=values, words=_without_numbers("", draft.words), text=_without_numbers("", draft.text)
    )
    body = {_SIGN: FORMAT, "owner": owner._asdict(), **draft._asdict()}
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _without_numbers(key: str, text: str) -> str:
    """Blank out identity numbers: they are stored nowhere (S4-10)."""
    while (number := find_identity_number(text, key)) is not None:
        text = text.replace(number, "*" * len(number))
    return text


def _read(path: Path) -> tuple[Found, Owner]:
    nobody = Owner("", "", 0)
    try:
        body = json.loads(_content(path))
        if not isinstance(body, dict) or _SIGN not in body:
            raise ValueError(_("it is no draft"))
        if not isinstance(body[_SIGN], int) or body[_SIGN] > FORMAT:
            raise ValueError(_("a newer version of the program wrote it"))
        del body[_SIGN]
        owner = Owner(**body.pop("owner"))
        draft = Draft(**body)
        _demand_types(owner, draft)
    except OSError as error:
        reason = system_reason(error)
    except (UnicodeDecodeError, json.JSONDecodeError, TypeError, KeyError, RecursionError):
        reason = _("it is damaged or incomplete")
    except ValueError as error:
        reason = str(error)
    else:
        return Found(path, draft), owner
    problem = _("The draft {name} cannot be read: {reason}.").format(name=path.name, reason=reason)
    return Found(path, None, problem), nobody


def _content(path: Path) -> bytes:
    opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(opened, "rb") as file:
        about = os.fstat(opened)
        if not stat.S_ISREG(about.st_mode) or about.st_uid != os.getuid():
            raise ValueError(_("it is no draft"))
        if about.st_size > MOST_BYTES:
            raise ValueError(_("it is too large"))
        return file.read(MOST_BYTES + 1)


def _demand_types(owner: Owner, draft: Draft) -> None:
    texts = [
        owner.path,
        owner.origin,
        draft.form,
        draft.title,
        draft.at,
        draft.stamp,
        draft.born,
        draft.words,
        draft.text,
    ]
    for each in (draft.values, draft.before, draft.given):
        if not isinstance(each, dict):
            raise TypeError
        texts += each
    texts += [*draft.values.values(), *draft.before.values()]
    numbers = [owner.person, *(one for one in (draft.seen, draft.saving) if one is not None)]
    if not all(isinstance(text, str) for text in texts) or not all(type(one) is int for one in numbers):
        raise TypeError
