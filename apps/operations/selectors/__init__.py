"""Questions over the whole of the system."""
