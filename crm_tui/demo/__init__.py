"""Fictional customers with a believable past, for trying the program out."""
