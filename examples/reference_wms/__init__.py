"""A small warehouse system of its own: its own process, its own storage, and faults on request (docs/warehouse-systems.md)."""
