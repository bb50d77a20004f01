"""Every write to prices."""
