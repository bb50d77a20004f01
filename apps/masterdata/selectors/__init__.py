"""Questions to the masters. Every one answers a whole batch with one statement."""
