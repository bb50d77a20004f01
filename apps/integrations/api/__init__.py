"""The endpoints of integrations."""
