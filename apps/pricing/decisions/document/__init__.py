"""The document of the kind "pricing.rules": its schema, what is wrong with it, how it reads, and made ready once per version."""
