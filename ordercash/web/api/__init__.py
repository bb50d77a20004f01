"""What every API endpoint is made of: problems, permissions, exact JSON, keyset pages, entity tags."""
