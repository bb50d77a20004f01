"""Verbs of rulebooks."""
