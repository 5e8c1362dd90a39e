"""Contacts and marks of customers for whoever needs no lists of customers: Today, above all, at a start."""

from crm_tui.customers.store_parts import children, marks_of, tags_of

__all__ = ["children", "marks_of", "tags_of"]
