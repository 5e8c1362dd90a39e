"""The terminal front end: screens and widgets over one registry of actions."""

import os

# Kitty mode reports all keys as codes, which breaks input methods; must stand before Textual's import.
os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
