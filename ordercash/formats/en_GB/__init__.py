"""English as written here."""
