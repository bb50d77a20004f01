"""The API of orders: intake, reads and the verbs of the journey."""
