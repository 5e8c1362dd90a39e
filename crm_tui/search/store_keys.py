"""The SQL of the keys in the search index: the customers of one, all of a range in order."""

from __future__ import annotations

# Of the table that store_index.OPENED makes: the entries of a term come together, terms in order of bytes.
RANGE = "SELECT term, doc FROM customer_gram_held WHERE term >= :low AND term < :high"
MEMBERS = "SELECT rowid FROM customer_gram WHERE customer_gram MATCH :query LIMIT :most"
