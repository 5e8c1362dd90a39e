"""The few readings that telling a past needs inside an open change."""

from __future__ import annotations

FIRST_CONTACT = (
    "SELECT id, changed_in FROM contact WHERE customer_id = :id AND deleted_at IS NULL"
    " ORDER BY is_primary DESC, position, id LIMIT 1"
)
VERSION = "SELECT changed_in FROM customer WHERE id = :id"
