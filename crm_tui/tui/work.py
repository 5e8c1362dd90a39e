"""The one way to run blocking work: a database thread, superseding groups, a lane for long jobs."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Generator, Hashable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from crm_tui.errors import Cancelled, Fault
from crm_tui.locale import _
from crm_tui.storage.diagnosis import plain

T = TypeVar("T")
_JOIN_SECONDS = 10.0
_REPORT_SECONDS = 0.1
_REST_SECONDS = 0.5
_LONG_REST_SECONDS = 10.0


class Superseded(Exception):
    """A newer call of the same group made this result stale; nobody needs to hear of it."""


class Work:
    """Runs functions away from the event loop; errors come back as the exceptions they were.

    ``run`` and ``latest`` share ONE database thread and its order; ``aside`` gives a job a thread of its own.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._open: set[Future[Any]] = set()
        self._lock = threading.Lock()
        self._generations: dict[Hashable, int] = {}
        self._reading: Hashable = None  # the group of what the database thread is reading now
        self.interrupt: Callable[[], None] | None = None  # ends the statement that reads, from any thread
        self._jobs: list[Job[Any]] = []
        self._regular: tuple[float, Callable[[], None]] | None = None
        self._due = 0.0
        self.at_rest: Callable[[], None] | None = None  # called on that thread when its work seems done
        self.at_long_rest: Callable[[], None] | None = None  # likewise, seconds later, beside ``every``
        self._worked = False
        self._rests_since: float | None = None
        self._closed = False
        self._death: Fault | None = None

    def submit(self, fn: Callable[..., T], *args: Any, **kw: Any) -> Future[T]:
        """Queue ``fn`` for the database thread and return its future; may be called from any thread."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise Cancelled(_("The program is closing."))
            if self._death is not None:
                raise self._death
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="crm-database", daemon=True)
                self._thread.start()
            self._open.add(future)
            self._queue.put((future, lambda: fn(*args, **kw)))
        future.add_done_callback(self._forget)
        return future

    async def run(self, fn: Callable[..., T], *args: Any, **kw: Any) -> T:
        """Run ``fn(*args, **kw)`` on the database thread and return what it returns."""
        return await asyncio.wrap_future(self.submit(fn, *args, **kw))

    async def latest(self, group: Hashable, fn: Callable[..., T], *args: Any, **kw: Any) -> T:
        """Run like ``run``, but only the newest call of ``group`` counts.

        An older call that has not begun is not run at all, one that reads is interrupted, an older result is
        dropped. All raise Superseded, which tables and the action dispatcher let pass in silence.
        """
        mine = self._generations[group] = self._generations.get(group, 0) + 1
        with self._lock:
            # What is read for nobody keeps no other waiting.
            if self._reading == group and self.interrupt is not None:
                self.interrupt()

        def is_stale() -> bool:
            return self._generations[group] != mine

        result = await self.run(self._read, group, is_stale, partial(fn, *args, **kw))
        if is_stale():
            raise Superseded
        return result

    def _read(self, group: Hashable, is_stale: Callable[[], bool], call: Callable[[], T]) -> T:
        if is_stale():
            raise Superseded
        with self._lock:
            self._reading = group
        try:
            return call()
        except Exception:
            if is_stale():
                raise Superseded from None
            raise
        finally:
            with self._lock:
                self._reading = None

    def every(self, seconds: float, fn: Callable[[], None]) -> None:
        """Have ``fn()`` called on the database thread again and again, from ``seconds`` on; one at most.

        It wakes no other thread, so that waiting costs nothing; what it raises is dropped.
        """
        self._due, self._regular = time.monotonic() + seconds, (seconds, fn)
        self.submit(lambda: None)  # a thread that waits does not know of it

    def aside(
        self,
        fn: Callable[[Job[T]], T],
        on_progress: Callable[[Progress], None] | None = None,
        *,
        quiet: bool = False,
    ) -> Job[T]:
        """Start ``fn(job)`` in a thread of its own and return the job; call it from the event loop.

        ``on_progress`` is called in the event loop, at most ten times a second and once at the end. A
        ``quiet`` one nobody began: it can be left at any step.
        """
        job = Job(self, fn, on_progress, asyncio.get_running_loop())
        job.quiet = quiet
        self._jobs = [each for each in self._jobs if not each.future.done()]
        self._jobs.append(job)
        with self._lock:
            self._open.add(job.future)
        job.future.add_done_callback(self._forget)
        job.start()
        return job

    @property
    def busy(self) -> bool:
        """Whether anything is queued or running."""
        return bool(self._open)

    @property
    def jobs_running(self) -> bool:
        """Whether a job started by ``aside`` is still running."""
        return any(not job.future.done() for job in self._jobs)

    @property
    def jobs_awaited(self) -> bool:
        """Whether a job that somebody began is still running."""
        return any(not job.future.done() for job in self._jobs if not job.quiet)

    async def idle(self) -> None:
        """Wait until nothing is queued or running."""
        while self.busy:
            with self._lock:
                waiting = [asyncio.wrap_future(future) for future in self._open]
            if waiting:
                await asyncio.wait(waiting)
                for each in waiting:
                    if not each.cancelled():
                        each.exception()
            await asyncio.sleep(0)

    def close(self) -> None:
        """Ask jobs to stop, let the database thread finish what it has begun, and join the threads."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        for job in self._jobs:
            job.cancel()
        self._queue.put(None)
        for thread in (self._thread, *(job.thread for job in self._jobs)):
            if thread is not None and thread.is_alive():
                thread.join(_JOIN_SECONDS)

    def _forget(self, future: Future[Any]) -> None:
        with self._lock:
            self._open.discard(future)

    def _serve(self) -> None:
        try:
            while (item := self._next()) is not None:
                future, call = item
                if not future.set_running_or_notify_cancel():
                    continue
                try:
                    result = call()
                except Exception as error:
                    future.set_exception(plain(error))
                except BaseException as error:
                    # SystemExit and its like would end the event loop in the middle of a key.
                    future.set_exception(_dead(error))
                else:
                    future.set_result(result)
        except BaseException as error:
            self._died(error)

    def _next(self) -> tuple[Future[Any], Callable[[], Any]] | None:
        while True:
            left = None
            if self._regular is not None:
                seconds, fn = self._regular
                left = self._due - time.monotonic()
                if left <= 0:
                    self._due = time.monotonic() + seconds
                    with suppress(Exception):
                        fn()
                        self._rest_long()
                    continue
            rest = self.at_rest if self._worked and (left is None or left > _REST_SECONDS) else None
            try:
                item = self._queue.get(timeout=left if rest is None else _REST_SECONDS)
            except queue.Empty:
                if rest is not None:
                    self._worked = False
                    self._rests_since = time.monotonic()
                    with suppress(Exception):
                        rest()
            else:
                self._worked = True
                self._rests_since = None
                return item

    def _rest_long(self) -> None:
        since = self._rests_since
        if since is not None and time.monotonic() - since >= _LONG_REST_SECONDS:
            self._rests_since = None
            if self.at_long_rest is not None:
                self.at_long_rest()

    def _died(self, error: BaseException) -> None:
        """The database thread ended by itself: whoever waits for it, or asks it later, is told."""
        with self._lock:
            self._death = _dead(error)
            waiting = [future for future in self._open if future not in {job.future for job in self._jobs}]
        for future in waiting:
            if not future.done():
                with suppress(InvalidStateError):
                    future.set_exception(_dead(error))


def _dead(error: BaseException) -> Fault:
    return Fault(
        _("The thread that works on the database has ended ({error}).").format(error=type(error).__name__),
        _("What was not saved is not in the file; what is typed is kept as a draft."),
        _("Leave the program and start it again."),
    )


class Progress(NamedTuple):
    """How far a job is: ``done`` of ``total`` (0 = unknown), and a word about what it does."""

    done: int
    total: int = 0
    text: str = ""


class Job(Generic[T]):
    """A long job in its own thread: ``await job`` gives its result or raises its error."""

    def __init__(
        self,
        work: Work,
        fn: Callable[[Job[T]], T],
        on_progress: Callable[[Progress], None] | None,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.future: Future[T] = Future()
        self.thread = threading.Thread(target=self._body, name="crm-aside", daemon=True)
        self._work = work
        self._fn = fn
        self._on_progress = on_progress
        self._loop = loop
        self._stop = threading.Event()
        self._last: Progress | None = None
        self._said_at = 0.0
        self.quiet = False

    def start(self) -> None:
        """Start the thread; ``Work.aside`` has done so."""
        self.future.set_running_or_notify_cancel()
        self.thread.start()

    def __await__(self) -> Generator[Any, None, T]:
        return asyncio.shield(asyncio.wrap_future(self.future)).__await__()

    def cancel(self) -> None:
        """Ask the job to stop; it ends with Cancelled at its next ``report`` or ``check``."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the job to stop."""
        return self._stop.is_set()

    def is_cancelled(self) -> bool:
        """Return ``cancelled``, for functions that want a callable."""
        return self._stop.is_set()

    def check(self) -> None:
        """Raise Cancelled when somebody asked the job to stop; called inside the job."""
        if self._stop.is_set():
            raise Cancelled(_("Cancelled."))

    def report(self, done: int, total: int = 0, text: str = "") -> None:
        """Say how far the job is and stop if asked to; called inside the job, as often as it likes."""
        self.check()
        self._last = Progress(done, total, text)
        moment = time.monotonic()
        if moment - self._said_at >= _REPORT_SECONDS:
            self._said_at = moment
            self._say()

    def run(self, fn: Callable[..., T], *args: Any, **kw: Any) -> T:
        """Run one short function on the database thread and wait for it; called inside the job."""
        self.check()
        return self._work.submit(fn, *args, **kw).result()

    def _say(self) -> None:
        if self._on_progress is not None and self._last is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._on_progress, self._last)

    def _body(self) -> None:
        try:
            result = self._fn(self)
        except BaseException as error:
            self.future.set_exception(plain(error))
        else:
            self._say()
            self.future.set_result(result)
