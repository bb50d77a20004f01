"""What the people who watch may start."""
