"""The audit log in the Django admin."""

from .events import AuditEventAdmin

__all__ = ["AuditEventAdmin"]
