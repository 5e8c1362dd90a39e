"""The five requirement documents as data: words, sheets, numbering."""
