"""Questions to billing."""
