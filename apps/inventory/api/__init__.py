"""Stock and shipments over the API."""
