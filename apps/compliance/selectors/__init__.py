"""Questions to the tax table and the checks."""
