"""Applying: the whole plan with its audit events in one transaction, or nothing."""
