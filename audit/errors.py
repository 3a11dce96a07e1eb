"""Errors of the audit log."""

from django.db import DatabaseError


class NotRecorded(DatabaseError):
    """The audit log can't be written, so the transaction was undone. Pages answer 503."""
