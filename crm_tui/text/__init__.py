"""Pure functions on text: widths, folding, contacts, codes, money, dates, pinyin, names of companies.

Three ways of writing a text in one way: ``fold.fold`` for comparing keys (no blanks), ``fold.searchable`` for
the lines that search keeps and for queries (words stay apart), ``fold.tidy`` for storing (only the outside
changes).
"""
