"""What an order agrees to when goods are short, and when its customer hears of it."""
