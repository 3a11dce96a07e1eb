"""Servers, databases and backups, as an operator runs them."""
