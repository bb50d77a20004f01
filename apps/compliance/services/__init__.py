"""Every write to tax rates."""
