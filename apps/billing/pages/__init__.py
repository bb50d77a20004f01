"""Pages of billing and cash."""
