"""Today: what is due, in which order, and why."""
