"""Pure decisions of billing: facts in, facts out; no Django, no database, no clock."""
