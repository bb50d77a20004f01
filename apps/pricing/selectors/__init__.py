"""Questions to the price lists."""
