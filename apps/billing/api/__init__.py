"""Billing and cash over the API."""
