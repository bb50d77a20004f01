"""The door of orders, for integrations and operations."""
