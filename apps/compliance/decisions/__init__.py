"""Tax determination and order checks: pure. No Django, no database, no clock."""
