"""Questions about orders, a file per reader."""
