"""What customers are told, and in which words."""
