"""Texts that attack terminals, spreadsheet programs and SQL: in every field, screen, every command."""
