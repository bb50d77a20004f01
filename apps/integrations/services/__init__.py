"""Verbs that bring the outside world in."""
