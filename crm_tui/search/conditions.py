"""The conditions within a query, 行业:制造业 or 负责人:我, as tests of the list filter."""

from __future__ import annotations

from crm_tui.access.store import name_keys
from crm_tui.customers import filters
from crm_tui.customers.filter_fields import All, Filter
from crm_tui.customers.store_filter import Reading
from crm_tui.customers.store_pieces import MYSELF, Test
from crm_tui.errors import BadInput
from crm_tui.presets.store import dictionary
from crm_tui.search.expressions import any_of, every
from crm_tui.search.parsing import Question, parse
from crm_tui.storage.driver import sqlite3


def apply(
    reader: sqlite3.Connection, question: Question, where: Filter | Test | None
) -> tuple[Question, Test | None, str]:
    """Return the question, the test of all its conditions and of ``where``, and what the index knows of them.

    That is an expression of whose customers they are, '' when no condition says so.
    A condition that the filter does not take, as while its value is still typed, becomes words to look for.
    """
    trees: list[Filter] = []
    test: Test | None = None
    if isinstance(where, Test):
        test = where
    elif where is not None:
        trees.append(where)
    taken: list[str] = []
    terms = list(question.terms)
    if question.conditions:
        words, people = dictionary(reader), name_keys(reader)
        row = reader.execute(MYSELF).fetchone()
        me = row[0] if row else 0
        for text in question.conditions:
            try:
                tree, _free = filters.parse(text, words, people, me)
            except BadInput:
                terms += parse(text.replace(":", " ").partition(" ")[2]).terms
                continue
            if tree is not None:
                trees.append(tree)
                taken.append(text)
    holders = ""
    if trees:
        # The list's own test, which may be there, has names of its own.
        reading = Reading(reader, prefix="q")
        other = reading.test(All(tuple(trees)))
        holders = any_of(*(every(f"!{one}") for one in reading.owners(All(tuple(trees)))))
        test = reading.together(test, other)
    return question._replace(terms=tuple(terms), conditions=tuple(taken)), test, holders
