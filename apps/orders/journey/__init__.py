"""The way through the other rooms: what helps a held order, and the steps that carry orders from one day to the next."""
