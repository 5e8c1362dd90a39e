"""What is typed, from bytes to events: Esc at once, sequences in pieces, pastes of any size."""

from __future__ import annotations

import os
import re
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from threading import Event

from textual._parser import ParseError
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.events import Paste
from textual.message import Message

from crm_tui.tui.background import Listener

ESCAPE = 0.015  # seconds after which Esc was a key of its own: on one machine a sequence comes whole
ESCAPE_AFAR = 0.05  # over a network, where it may come in two packets
FAR = 0.02  # seconds until a terminal answers that is not on this machine, whatever the environment says
HALF_SEQUENCE = 0.5  # seconds to wait for the rest of a sequence that has begun
HALF_PASTE = 10.0  # seconds of silence after which a paste is taken for whole
_UNFINISHED = re.compile("\x1b(?:\\[\\[?[0-9:;<=>?]*|O)?\\Z")


class Stop(Event):
    """An event that a ``select`` can wait for, too: by ``reading``."""

    def __init__(self) -> None:
        super().__init__()
        self.reading, self._writing = os.pipe()
        os.set_blocking(self.reading, False)
        os.set_blocking(self._writing, False)

    def set(self) -> None:
        """Set it, and wake who waits."""
        super().set()
        with suppress(OSError):
            os.write(self._writing, b"\0")

    def clear(self) -> None:
        """Wait anew."""
        super().clear()
        with suppress(OSError):
            os.read(self.reading, 64)


class Keyboard:
    """Turns what is read into events: ``feed(bytes)`` at each reading, ``rest()`` after ``patience`` seconds.

    Textual's parser takes 0.1 s to tell Esc from a sequence and reads a paste sign by sign, so both are
    kept from it. ``trip()`` gives the seconds that the terminal takes to answer.
    """

    def __init__(
        self,
        environment: Mapping[str, str] = os.environ,
        *,
        debug: bool = False,
        answers: Listener | None = None,
        trip: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._parser = XTermParser(debug)
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._afar = bool(environment.get("SSH_CONNECTION"))
        self._trip = trip
        self._answers = answers or Listener(lambda _light: None)
        self._held = ""
        self._paste: list[str] | None = None

    @property
    def patience(self) -> float | None:
        """The seconds to wait for more before ``rest()``; None when nothing is half."""
        if self._paste is not None:
            return HALF_PASTE
        if len(self._held) > 1 or len(self._answers.held) > 1:
            return HALF_SEQUENCE
        if not (self._held or self._answers.held or self._parser._timeout_time is not None):
            return None
        return ESCAPE_AFAR if self._afar or self._trip() > FAR else ESCAPE

    def feed(self, read: bytes) -> Iterator[Message]:
        """Yield the events of what was read; what is half is kept."""
        text = self._held + self._answers.take(self._decode(read))
        self._held = ""
        while text:
            if self._paste is None:
                keys, mark, text = text.partition(BRACKETED_PASTE_START)
                if mark:
                    self._paste = []
                elif half := _UNFINISHED.search(keys):
                    self._held, keys = half[0], keys[: half.start()]
                if keys:
                    yield from self._parser.feed(keys)
            else:
                pasted, mark, text = text.partition(BRACKETED_PASTE_END)
                if not mark:
                    # The mark itself may come in pieces.
                    cut = max(len(pasted) - len(BRACKETED_PASTE_END) + 1, 0)
                    pasted, self._held = pasted[:cut], pasted[cut:]
                self._paste.append(pasted)
                if mark:
                    yield self._pasted()

    def rest(self) -> Iterator[Message]:
        """Yield what the kept half comes to, as no more followed."""
        if self._paste is not None:
            self._paste.append(self._held)
            self._held = ""
            yield self._pasted()
            return
        held, self._held = self._held + self._answers.rest(), ""
        if held:
            yield from self._parser.feed(held)
        if self._parser._timeout_time is not None:
            self._parser._timeout_time = 0.0
            yield from self._parser.tick()

    def _pasted(self) -> Paste:
        text = "".join(self._paste or ()).replace("\0", "")
        self._paste = None
        return Paste(text)

    def close(self) -> None:
        """Let go of the parser."""
        with suppress(EOFError, ParseError):
            for _event in self._parser.feed(""):
                pass
