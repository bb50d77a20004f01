"""Questions to rulebooks."""
