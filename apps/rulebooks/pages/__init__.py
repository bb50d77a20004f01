"""Pages of rulebooks."""
