"""Errors of a database's driver, as code meets them."""

from django.db import OperationalError

from audit.log import NotRecorded


def wrapped(cause):
    """Return the driver's error as Django and the log pass it on."""
    error = OperationalError("as Django says it")
    error.__cause__ = cause
    outer = NotRecorded("as the log says it")
    outer.__cause__ = error
    return outer
