"""The styles of a widget's component classes: made when they are first asked for, not all beforehand."""

from __future__ import annotations

from collections.abc import Iterable
from weakref import ref

from textual.css.model import RuleSet
from textual.css.styles import RenderStyles
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode

# Of a node that bears styles and nothing else: no message comes to it, and it has no children. 3 kB of 7.
UNUSED = ("_timers", "message_signal", "_disabled_messages", "_nodes", "_query_one_cache", "_bindings")

# By identity as before, without a call for each rule of the sheet at each change of a widget.
RuleSet.__hash__ = object.__hash__


class Components(dict[str, RenderStyles]):
    """Styles by component class, of those that were asked for; the others are there when they are."""

    def __init__(self, stylesheet: Stylesheet, node: DOMNode, names: Iterable[str]) -> None:
        super().__init__()
        self._stylesheet = stylesheet
        self._node = ref(node)
        self._names = frozenset(names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __missing__(self, name: str) -> RenderStyles:
        node = self._node()
        if node is None or name not in self._names:
            raise KeyError(name)
        bearer = DOMNode(classes=name)
        bearer._attach(node)
        self._stylesheet.apply(bearer)
        for part in UNUSED:
            bearer.__dict__.pop(part, None)
        self[name] = bearer.styles
        return bearer.styles


class LeanStylesheet(Stylesheet):
    """A stylesheet that keeps styles of few components.

    Textual's own makes a node of 7 kB for every component class of every widget, at each change of its
    state; a form has two hundred of them, of which a dozen are drawn.
    """

    def _process_component_classes(self, node: DOMNode) -> None:
        names = node._get_component_classes()
        if not names:
            return
        before = node._component_styles
        now = node._component_styles = Components(self, node, names)
        if type(before) is dict or any(now[name] != styles for name, styles in before.items()):
            node.refresh()

    def copy(self) -> LeanStylesheet:
        """Return a new one of the same sources."""
        other = LeanStylesheet(variables=self._variables.copy())
        other.source = self.source.copy()
        return other
