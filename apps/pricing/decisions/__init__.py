"""The price decision: pure, replayable, explained. No Django, no database, no clock."""
