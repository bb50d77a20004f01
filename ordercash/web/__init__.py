"""Edge toolkit: what every page and API endpoint is made of. It knows no business noun."""
