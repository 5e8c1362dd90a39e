"""What tells one customer from another: a record taken apart, and the keys under which customers meet."""
