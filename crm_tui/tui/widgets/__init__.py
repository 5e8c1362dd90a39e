"""Widgets: the virtual table, the lines around it, forms."""
