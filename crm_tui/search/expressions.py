"""Expressions of the index's query language: which grams a candidate has. Every gram is quoted."""

from __future__ import annotations


def every(*tokens: str) -> str:
    """Return the expression of candidates with every token; '' when a token is blank or none is given."""
    if not tokens or not all(tokens):
        return ""
    return " AND ".join(quoted(one) for one in dict.fromkeys(tokens))


def any_of(*expressions: str) -> str:
    """Return the expression of candidates of any of several expressions; '' ones are left out."""
    found = [one for one in dict.fromkeys(expressions) if one]
    return found[0] if len(found) == 1 else " OR ".join(f"({one})" for one in found)


def both(*expressions: str) -> str:
    """Return the expression of candidates of all expressions."""
    found = [one for one in dict.fromkeys(expressions) if one]
    return found[0] if len(found) == 1 else " AND ".join(f"({one})" for one in found)


def quoted(token: str) -> str:
    """Return a gram as a string of the index's query language."""
    return '"' + token.replace('"', "").replace("\0", "") + '"'
