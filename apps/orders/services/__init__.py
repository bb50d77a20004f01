"""Verbs of the journey, a file per verb group."""
