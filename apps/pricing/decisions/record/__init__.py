"""A decision as it is kept: canonical texts, the trace, and both read back for people, replays and back-tests."""
