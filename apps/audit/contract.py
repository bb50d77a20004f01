"""The door of audit."""
