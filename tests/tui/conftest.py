"""Fixtures of the terminal tests: short waits, one demonstration app."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

import pytest
import textual._callback as callbacks
import textual._wait as waits
from textual._compositor import Compositor
from textual._context import active_app
from textual.css.stylesheet import Stylesheet
from textual.message import Message
from textual.message_pump import MessagePump

import crm_tui.tui  # noqa: F401  (sets what must stand before Textual's first import)
from crm_tui.tui import live, loading

loading.keep_little_of_lines()  # as every session does


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual's pilot sleeps 20 ms twice a key; we wait for our own idle condition instead."""
    monkeypatch.setattr(waits, "SLEEP_GRANULARITY", 0.004)
    monkeypatch.setattr(waits, "SLEEP_IDLE", 0.0006)
    monkeypatch.setenv("TERM", "xterm-256color")


_PARSED: dict[tuple[Any, ...], Any] = {}
_parse_rules = Stylesheet._parse_rules


def _parse_once(self: Stylesheet, *args: Any, **kw: Any) -> Any:
    key = (*args, *kw.items(), *self._variables.items())
    if key not in _PARSED:
        _PARSED[key] = _parse_rules(self, *args, **kw)
    return _PARSED[key]


@pytest.fixture(autouse=True)
def _styles_are_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet is parsed once in all stories of a theme, not once in each."""
    monkeypatch.setattr(Stylesheet, "_parse_rules", _parse_once)


_PLAIN: dict[tuple[type, str, type], list[tuple[type, Any]] | None] = {}
_get_dispatch_methods = MessagePump._get_dispatch_methods


def _plain_handlers(pump: type, name: str, message: type) -> list[tuple[type, Any]] | None:
    """Return the handlers that are found by name alone; None where one is found by a selector."""
    found = []
    for cls in pump.__mro__:
        decorated = cls.__dict__.get("_decorated_handlers") or {}
        if any(decorated.get(kind) for kind in message.__mro__):
            return None
        method = cls.__dict__.get(f"_{name}") or cls.__dict__.get(name)
        if method is not None and not getattr(method, "_textual_on", None):
            found.append((cls, method))
    return found


def _dispatch_methods(self: MessagePump, method_name: str, message: Message) -> Iterator[tuple[type, Any]]:
    key = (type(self), method_name, type(message))
    if key not in _PLAIN:
        _PLAIN[key] = _plain_handlers(*key)
    plain = _PLAIN[key]
    if plain is None:
        yield from _get_dispatch_methods(self, method_name, message)
        return
    for cls, method in plain:
        if message._no_default_action:
            return
        yield cls, method.__get__(self, cls)


@pytest.fixture(autouse=True)
def _handlers_are_sought_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual seeks the handlers of a message in all classes each time; here once in a story."""
    _PLAIN.clear()
    monkeypatch.setattr(MessagePump, "_get_dispatch_methods", _dispatch_methods)


@pytest.fixture(autouse=True)
def _collected_as_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an app asks of the collector for its one session would stay with all tests to come."""
    monkeypatch.setattr(gc, "set_threshold", lambda *_numbers: None)
    monkeypatch.setattr(gc, "freeze", lambda: None)


_COUNTED: WeakKeyDictionary[FunctionType, int] = WeakKeyDictionary()
_count_parameters = callbacks._count_parameters


def _count_once(func: Any) -> int:
    plain = getattr(func, "__func__", func)
    if type(plain) is not FunctionType:
        return _count_parameters(func)
    if plain not in _COUNTED:
        _COUNTED[plain] = _count_parameters(plain)
    return _COUNTED[plain] - (plain is not func)


@pytest.fixture(autouse=True)
def _parameters_are_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual reads the signature of what is called by way of a partial each time."""
    monkeypatch.setattr(callbacks, "_count_parameters", _count_once)


_render_update = Compositor.render_update


def _not_between(self: Compositor, *args: Any, **kw: Any) -> Any:
    if not active_app.get().is_headless:
        return _render_update(self, *args, **kw)
    self._dirty_regions.clear()
    return None


@pytest.fixture
def painted() -> None:
    """Ask for each frame to be painted as it comes: what is drawn of it is the point."""


@pytest.fixture(autouse=True)
def _painted_when_read(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A story paints the screen when it reads it; what stood there between is sent nowhere."""
    if "painted" not in request.fixturenames:
        monkeypatch.setattr(Compositor, "render_update", _not_between)


@pytest.fixture(autouse=True)
def _looks_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A story says itself when the file is looked at: ``await user.app.live.look()``."""
    monkeypatch.setattr(live, "SECONDS", 3600.0)
