"""What a session does without: parts of Textual, caches that nothing is found in, memory that is not used."""

from __future__ import annotations

import os
import sys
import typing
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any

NAME = "textual.command"  # its place ours has; it takes ten widgets along (12 ms of a start)
# Of these Textual calls functions alone, and those hardly ever: where downloads go, what a notification is
# called, what a style sheet with a fault in it may have meant, tables and trees that describe a widget to who
# looks for a fault. 15 ms and 1.7 MB of a start.
LATER = (
    *("platformdirs", "mimetypes", "uuid", "difflib", "textual.css._help_text"),
    *("rich.table", "rich.tree", "rich.panel"),
)
EXTENSIONS = "typing_extensions"  # of it Textual asks what Python's own typing has: 4 ms and 0.4 MB
# The very same objects in both; of the others Textual alone makes its classes.
SAME = frozenset({"Coroutine", "Final", "Literal", "Self", "TypeAlias", "TypeGuard", "get_args"})
# What Textual asks of it while it is loaded; used only where ENABLE_COMMAND_PALETTE is on.
ASKED = (
    "CommandListItem",
    "CommandPalette",
    "DiscoveryHit",
    "Hit",
    "Hits",
    "Provider",
    "SimpleProvider",
)


class StandIn(ModuleType):
    """Stands for a module while others load: for more than what it was given that module is imported."""

    def __init__(self, name: str, **given: Any) -> None:
        super().__init__(name)
        self.__dict__.update(given)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__all__":
            raise AttributeError(name)
        step_aside(self)
        return getattr(import_module(self.__name__), name)


class Later(StandIn):
    """Stands for a module of which only functions are called: it is imported when the first of them is."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        return _call_of(self.__name__, name)


class Typing(StandIn):
    """Stands for ``typing_extensions``, and imports it for what ``typing`` lacks or has in another way."""

    textual_loads = True  # whose classes do with what ``typing`` has

    def __getattr__(self, name: str) -> Any:
        if (name in SAME or self.textual_loads) and name in typing.__all__:
            return getattr(typing, name)
        return super().__getattr__(name)


class Visitor:
    """Stands for ``ast.NodeVisitor``, of which ``inspect`` makes a class that finds the source of a class."""

    def __getattr__(self, name: str) -> Any:
        return partial(getattr(import_module("ast").NodeVisitor, name), self)


def _call_of(module: str, name: str) -> Callable[..., Any]:
    """Return what calls a function of a module that is imported only then."""

    def call(*given: Any, **named: Any) -> Any:
        stands = sys.modules.get(module)
        if isinstance(stands, StandIn):
            step_aside(stands)
        return getattr(import_module(module), name)(*given, **named)

    return call


def _some_bits(count: int) -> int:
    """Return a number of so many bits by chance; Rich asks for one, as it is loaded."""
    return int.from_bytes(os.urandom(8), "big") % (1 << count)


def step_aside(module: ModuleType) -> None:
    """Leave the place of a module to the one of that name."""
    if sys.modules.get(module.__name__) is module:
        del sys.modules[module.__name__]


@contextmanager
def in_place(modules: Iterable[ModuleType]) -> Generator[None]:
    """Have these stand for modules that are not loaded, until the end of a block."""
    placed = [module for module in modules if sys.modules.setdefault(module.__name__, module) is module]
    try:
        yield
    finally:
        for module in placed:
            step_aside(module)


def _syntax() -> StandIn:
    """Return what stands for ``ast``: of its hundred classes nobody makes an object. 3 ms and 0.7 MB."""
    return StandIn("ast", NodeVisitor=Visitor, literal_eval=_call_of("ast", "literal_eval"))


def load_asyncio() -> None:
    """Import asyncio without TLS, for nothing here speaks to a network, nor what only functions ask for.

    Beside ``ast`` those are ``locale``, whose table of names takes 0.6 MB, and the rest of TLS.
    """
    if "asyncio" in sys.modules:
        return
    with in_place((_syntax(), StandIn("locale"), StandIn("asyncio.sslproto"))):
        without_tls = sys.modules.setdefault("ssl", None) is None  # ty: ignore[no-matching-overload]
        try:
            import asyncio  # noqa: F401
        finally:
            if without_tls:
                del sys.modules["ssl"]


class NothingKept:
    """Keeps nothing, in place of ``textual.cache.FIFOCache``."""

    __slots__ = ()

    def get(self, _key: Any) -> None:
        """Return None: nothing is kept."""

    def __setitem__(self, key: Any, value: Any) -> None:
        pass


class Latest:
    """Keeps the latest that was put in, in place of ``textual.cache.FIFOCache``."""

    __slots__ = ("_key", "_value")

    def __init__(self) -> None:
        self._key: Any = None
        self._value: Any = None

    def get(self, key: Any) -> Any:
        """Return what is kept under a key, None when nothing is."""
        return self._value if key == self._key else None

    def __setitem__(self, key: Any, value: Any) -> None:
        self._key, self._value = key, value


NOTHING_KEPT = NothingKept()


def _make_strip(strip: Any, segments: Iterable[Any], cell_length: int | None = None) -> None:
    """Make a painted line that keeps little; in place of the one that Textual's has: 1.7 MB of a session.

    It is hardly ever cut or padded again the same way. What is asked for again, with every frame, is the line
    in the colours of the terminal.
    """
    strip._segments = list(segments)
    strip._cell_length = cell_length
    strip._divide_cache = strip._crop_cache = strip._crop_extend_cache = NOTHING_KEPT
    strip._style_cache = strip._line_length_cache = strip._offsets_cache = NOTHING_KEPT
    strip._filter_cache = Latest()
    strip._render_cache = strip._link_ids = strip._cell_count = None


M_ARENA_MAX = -8  # of malloc.h


def share_memory() -> None:
    """Let all threads allocate in one place; before there are any. Each would keep a megabyte of its own.

    A thread that works holds Python's lock, so none waits for another. Where the C library is another than
    GNU's it has no such choice, nor the one below.
    """
    _tell_malloc("mallopt", M_ARENA_MAX, 1)


def give_back_memory() -> None:
    """Give the system back what is not used any more, also where it lies between what is."""
    _tell_malloc("malloc_trim", 0)


def _tell_malloc(name: str, *given: int) -> None:
    with suppress(ImportError, OSError, AttributeError):
        import ctypes

        getattr(ctypes.CDLL(None), name)(*given)


def load_textual() -> None:
    """Import Textual's application without what it never needs here, for which others stand in meanwhile."""
    if "textual.app" in sys.modules or NAME in sys.modules:
        return
    palette = StandIn(NAME, **{name: type(name, (), {}) for name in ASKED})
    extensions = Typing(EXTENSIONS)
    sys.modules.setdefault(EXTENSIONS, extensions)
    with in_place((palette, *_parts(), *map(Later, LATER))):
        import textual.app  # noqa: F401
    extensions.textual_loads = False
    keep_little_of_lines()


def keep_little_of_lines() -> None:
    """Have Textual make its painted lines as ``_make_strip`` does."""
    import textual.strip

    textual.strip.Strip.__init__ = _make_strip  # ty: ignore[invalid-assignment]


def _parts() -> Iterator[StandIn]:
    """Yield what stands for modules of which Textual and Rich ask one or two things: 5 ms and 1 MB."""
    yield _syntax()
    yield StandIn("random", getrandbits=_some_bits)
    with suppress(ImportError):
        from _pickle import dumps, loads  # where ``pickle`` has them from

        yield StandIn("pickle", dumps=dumps, loads=loads)
