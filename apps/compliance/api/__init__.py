"""The API of compliance."""
