"""Who is acting and what they may read and do."""
