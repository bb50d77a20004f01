"""Pure decisions of the journey: reading a canonical order, freezing amounts, matching returns. No Django, no database."""
