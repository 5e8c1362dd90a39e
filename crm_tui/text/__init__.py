"""Pure functions on text: widths, folding, contacts, codes, money, dates."""
