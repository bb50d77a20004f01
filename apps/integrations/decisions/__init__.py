"""Pure reading of outside formats: a mapping file and the rows of a flat file. No Django, no database."""
