"""The decision of a cart, step by step: prices, discounts on lines and on the order, additions, floors, splits."""
