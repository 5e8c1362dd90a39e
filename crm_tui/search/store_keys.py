"""The SQL of the keys in the search index: the customers of one, all of a range in order."""

from __future__ import annotations

# Of the table that store_index.OPENED makes: the entries of a term come together, terms in order of bytes.
RANGE = "SELECT term, doc FROM customer_gram_held WHERE term >= :low AND term < :high"
# Who was archived, merged or taken back is in the index as before, and counts no more.
MEMBERS = (
    "SELECT customer_gram.rowid FROM customer_gram"
    " JOIN customer_state ON customer_state.customer_id = customer_gram.rowid"
    " WHERE customer_gram MATCH :query AND customer_state.shown = 1 LIMIT 0 + :most"
)
