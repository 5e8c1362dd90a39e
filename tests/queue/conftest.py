"""The fixtures of an opened database."""

from tests.opened import crm, database, now

__all__ = ["crm", "database", "now"]
