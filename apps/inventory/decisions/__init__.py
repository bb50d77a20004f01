"""Pure decisions of inventory: who gets what, what it cost. No database, no clock."""
