"""What a column's texts came to: they repeat down a sheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_MOST = 5000


class Remembered(dict[Any, Any]):
    """Results by what they were made of, no more than some thousands."""

    def of(self, key: Any, make: Callable[[], Any]) -> Any:
        """Return the result for a key, made where it is not known."""
        if key not in self:
            if len(self) >= _MOST:
                self.clear()
            self[key] = make()
        return self[key]
