"""The few readings that telling a past needs inside an open change."""

from __future__ import annotations

FIRST_CONTACT = (
    "SELECT id, changed_in FROM contact WHERE customer_id = :id AND deleted_at IS NULL"
    " ORDER BY is_primary DESC, position, id LIMIT 1"
)
VERSION = "SELECT changed_in FROM customer WHERE id = :id"
# A part of the many customers, as they were written; the columns of traces.Told.
TOLD = (
    "SELECT c.id, c.kind, c.status, c.stage, c.lost_reason, c.owner_id, c.industry, c.first_contact_on,"
    " t.name FROM customer c JOIN contact t ON t.customer_id = c.id AND t.is_primary = 1"
    " WHERE c.id BETWEEN :low AND :high ORDER BY c.id"
)
