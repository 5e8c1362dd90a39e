"""Hostile data: texts that attack terminals, spreadsheet programs and SQL, in every field, screen and command."""
