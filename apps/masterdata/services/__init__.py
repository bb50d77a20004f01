"""Every write to the masters."""
