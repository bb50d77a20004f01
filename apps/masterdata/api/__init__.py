"""The API of the masters."""
