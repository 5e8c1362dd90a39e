"""The one place that reads the time."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from types import ModuleType
from typing import TYPE_CHECKING

from crm_tui.errors import Fault
from crm_tui.locale import _

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo
else:
    # It would read how Python was built, for the folders of the zones: 4 ms and 0.3 MB. What lies
    # elsewhere comes from the package tzdata.
    unknown = "sysconfig" not in sys.modules and "zoneinfo" not in sys.modules
    if unknown:
        sys.modules["sysconfig"] = ModuleType("sysconfig")
        sys.modules["sysconfig"].get_config_var = lambda _name: "/usr/share/zoneinfo:/usr/lib/zoneinfo"
    try:
        from zoneinfo import ZoneInfo
    finally:
        if unknown:
            del sys.modules["sysconfig"]

DEFAULT_ZONE = "Asia/Shanghai"
INSTANT = "%Y-%m-%dT%H:%M:%SZ"
_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


class NoDate(Fault, ValueError):
    """A stored day or instant is none: the file is damaged, or another program wrote it."""

    def __init__(self, text: str) -> None:
        super().__init__(
            _("The file holds a date that does not exist: {text}.").format(text=text[:30]),
            _("Nothing was changed."),
            _("Have it corrected by whoever wrote it, or restore the latest backup."),
        )


def now() -> datetime:
    """Return the present moment as an aware UTC datetime, cut to whole seconds."""
    return (_moment.get() or datetime.now(UTC)).replace(microsecond=0)


@contextmanager
def living_at(moment: datetime) -> Generator[None]:
    """Let the calling thread live at another (aware) moment, as the demo's past does; others do not."""
    token = _moment.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _moment.reset(token)


def instant() -> str:
    """Return the present moment as stored: ``YYYY-MM-DDTHH:MM:SSZ``."""
    return now().strftime(INSTANT)


def to_instant(moment: datetime) -> str:
    """Return an aware datetime in the stored form."""
    return moment.astimezone(UTC).strftime(INSTANT)


def parse_instant(text: str) -> datetime:
    """Return a stored instant as an aware UTC datetime; NoDate when it is none."""
    if len(text) != 20 or text[10] != "T" or text[19] != "Z":
        raise NoDate(text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise NoDate(text) from None


def parse_day(text: str) -> date:
    """Return a stored day ``YYYY-MM-DD``; NoDate when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NoDate(text) from None


def local(text: str, zone: str = DEFAULT_ZONE) -> datetime:
    """Return a stored instant as an aware datetime in the team's zone."""
    try:
        return parse_instant(text).astimezone(ZoneInfo(zone))
    except OverflowError:
        raise NoDate(text) from None


def today(zone: str = DEFAULT_ZONE) -> date:
    """Return the team's calendar day."""
    return now().astimezone(ZoneInfo(zone)).date()


def of_file(seconds: float, zone: str = DEFAULT_ZONE) -> datetime:
    """Return a file's time stamp (seconds since 1970) as an aware datetime in the team's zone."""
    return datetime.fromtimestamp(seconds, ZoneInfo(zone))


def stopwatch() -> float:
    """Return seconds of a clock that only runs forward, for measuring how long something takes."""
    return time.perf_counter()


def effort() -> float:
    """Return the seconds of a processor that the calling thread took so far."""
    return time.thread_time()


def processor() -> float:
    """Return the seconds of the processor that this process took so far, whatever others made it wait."""
    return time.process_time()


def pause(seconds: float) -> None:
    """Let other processes have the lock for a while; called between the parts of a large change."""
    time.sleep(seconds)
