"""One customer, one file: duplicates are found, explained and merged."""
