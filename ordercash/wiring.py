"""Puts the parts together: registers with the lower apps what the higher ones answer for."""


def connect() -> None:
    """Fill the registries; runs once, when every app is loaded."""
