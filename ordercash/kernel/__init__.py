"""Pure words that every app speaks. Nothing here knows a business noun or owns a table."""
