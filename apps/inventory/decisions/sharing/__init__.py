"""Who gets what is scarce: the document, the pure strategies, and runs that take from one to give to another."""
