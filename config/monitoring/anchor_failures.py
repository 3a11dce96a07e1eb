"""Logging handler that counts anchors which could not be written."""

import logging


class CountAnchorFailures(logging.Handler):
    """Handler of the logger "audit.anchor", which logs an error for each anchor that it could not write."""

    def emit(self, record: logging.LogRecord) -> None:
        # Not above: the main process of the server has loaded the settings before its workers count anything.
        from .metrics import ANCHOR_FAILURES

        ANCHOR_FAILURES.inc()
