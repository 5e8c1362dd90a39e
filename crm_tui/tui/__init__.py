"""The terminal front end: screens and widgets over one registry of actions."""
