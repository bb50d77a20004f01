"""The pages of orders, of the customers who place them, and of the documents that they came from."""
