"""Where content creators write modules, events and documents, in the Django admin."""

from . import items

__all__ = ["items"]
