"""Pure parts of the ledger: posting rules, and the journal as text."""
