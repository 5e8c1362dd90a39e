"""Who may see what, held against everything that can be read, shown, written and asked."""
