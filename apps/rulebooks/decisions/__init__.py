"""Pure parts of rulebooks: canonical texts and the registry of kinds."""
