"""Questions: connections, messages, and what is held together by them."""
