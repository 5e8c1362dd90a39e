"""Activities and plans."""
