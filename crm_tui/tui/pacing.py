"""How many frames may be under way to the terminal: the next is sent when one has arrived."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

QUESTION = "\x1b[6n"  # asks for the cursor's place; the answer tells that all before it was drawn
PATIENCE = 1.0  # seconds to wait for an answer at first
MOST_PATIENCE = 8.0
MISSING = 2  # answers in a row that have to be missing until no more are asked for
SMALL = 1500  # bytes that may be under way in several frames
FRAMES = 3
TRIPS = 8  # answers whose quickest tells how far the terminal is
OWED_FOR = 10.0  # seconds after which an answer is no longer expected


class Pace:
    """Flow control by the terminal's answers: ``wait()`` before a frame, ``sent()`` and ``answered()`` after.

    Nothing waits before the first answer came, nor on a terminal that answers none. An answer that comes
    late makes us more patient.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._patience = PATIENCE
        self._under_way: deque[tuple[float, int]] = deque()
        self._owed: deque[float] = deque()
        self._missed = 0
        self._trusted = False
        self.asks = True
        self._trips: deque[float] = deque(maxlen=TRIPS)
        self.trip = 0.0  # seconds that an answer took lately, at least; read by other threads, too

    def wait(self) -> float:
        """Return for how many seconds at most the next frame has to wait for an answer; 0 when it may go."""
        now = self._now()
        if self._under_way and now - self._under_way[0][0] >= self._patience:
            self._owed.extend(at for at, _size in self._under_way)
            self._under_way.clear()
            self._missed += 1
            if self._missed >= MISSING:
                self.asks = self._trusted = False
        few = len(self._under_way) < FRAMES and sum(size for _at, size in self._under_way) < SMALL
        if not self._trusted or not self._under_way or few:
            return 0.0
        return max(self._under_way[0][0] + self._patience - now, 0.001)

    @property
    def under_way(self) -> int:
        """How many answers are still to come, 0 from a terminal that gives none."""
        late = sum(self._now() - at < OWED_FOR for at in self._owed)
        return len(self._under_way) + late if self._trusted else 0

    def sent(self, size: int) -> None:
        """A frame of that many bytes went, with the question behind it."""
        self._under_way.append((self._now(), size))

    def answered(self, at: float | None = None) -> None:
        """The terminal answered the oldest question, now or at a moment before."""
        at = self._now() if at is None else at
        self._missed = 0
        while self._owed and at - self._owed[0] > OWED_FOR:
            self._owed.popleft()
        if self._owed:
            self._owed.popleft()
            self._patience = min(self._patience * 2, MOST_PATIENCE)
        elif self._under_way:
            self._trips.append(at - self._under_way.popleft()[0])
            self.trip = min(self._trips)
        else:
            return
        self.asks = self._trusted = True

    def forget(self) -> None:
        """Expect no answers: another terminal may be there now."""
        self._under_way.clear()
        self._owed.clear()
        self._trips.clear()
        self.trip = 0.0
