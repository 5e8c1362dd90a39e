"""Screens: each answers one question of the user's day."""
