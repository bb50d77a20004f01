"""The pages of the people who watch."""
