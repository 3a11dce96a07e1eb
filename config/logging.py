"""Logging configuration: each line names its request and actor, and is one JSON object unless DEBUG is on."""

import json
import logging
from datetime import UTC, datetime

from audit import context


class WhoActs(logging.Filter):
    """
    Filter that adds the request id and the actor to each record, and the target and session of an assumed session.

    Users appear as primary keys, because names belong in the audit log, where they can be erased.
    """

    def filter(self, record):
        now = context.current()
        if now.request_id is None:
            # Django logs a refused request after the request's context has ended.
            now = getattr(getattr(record, "request", None), "audit_context", now)
        record.request_id = now.request_id and str(now.request_id)
        record.actor = now.actor and now.actor.id
        record.target = now.target and now.target.id
        record.assumed_session = now.assumed_session and str(now.assumed_session)
        return True


class JsonFormatter(logging.Formatter):
    """Formatter that writes an entry as one line of JSON, so that a line break in a name can't forge a second entry."""

    def format(self, record):
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{name: getattr(record, name, None) for name in ("request_id", "actor", "target", "assumed_session")},
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def configuration(*, machines_read_it: bool, access_lines: bool = False) -> dict:
    """
    Return the LOGGING setting: JSON lines for machines, plain lines for a terminal.

    access_lines: whether each request gets a line (config/monitoring/middleware.py).
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"who_acts": {"()": WhoActs}},
        "formatters": {
            "json": {"()": JsonFormatter},
            "line": {
                "format": "%(asctime)s %(levelname)s %(name)s %(message)s "
                "[request %(request_id)s, actor %(actor)s, target %(target)s]"
            },
        },
        "handlers": {
            "stream": {
                "class": "logging.StreamHandler",
                "filters": ["who_acts"],
                "formatter": "json" if machines_read_it else "line",
            },
            "anchor_failures": {
                "class": "config.monitoring.anchor_failures.CountAnchorFailures",
                "level": "ERROR",
            },
        },
        "root": {"handlers": ["stream"], "level": "WARNING"},
        "loggers": {
            "access": {"level": "INFO" if access_lines else "WARNING"},
            "audit": {"level": "INFO"},
            "audit.anchor": {"handlers": ["anchor_failures"]},
            "accounts": {"level": "INFO"},
            "impersonation": {"level": "INFO"},
            # Django's own handlers use another format, or print nothing.
            "django": {"level": "INFO", "handlers": []},
        },
    }
