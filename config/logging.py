"""Log lines that say whose request they belong to; one JSON object a line where machines read them."""

import json
import logging
from datetime import UTC, datetime

from audit import context


class WhoActs(logging.Filter):
    """
    Gives every line the request's id, the actor, and in an assumed session the target and the session.

    People are numbers here: names live in the audit log, where they can be erased.
    """

    def filter(self, record):
        now = context.current()
        if now.request_id is None:
            # Django logs a refused request when the request's own context is over already.
            now = getattr(getattr(record, "request", None), "audit_context", now)
        record.request_id = now.request_id and str(now.request_id)
        record.actor = now.actor and now.actor.id
        record.target = now.target and now.target.id
        record.assumed_session = now.assumed_session and str(now.assumed_session)
        return True


class JsonFormatter(logging.Formatter):
    """One line, whatever the message holds: a name with a line break in it can't forge a second entry."""

    def format(self, record):
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{name: getattr(record, name, None) for name in ("request_id", "actor", "target", "assumed_session")},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def configuration(*, machines_read_it: bool) -> dict:
    """The LOGGING setting: JSON lines for machines, plain ones for a person at a terminal."""
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
            }
        },
        "root": {"handlers": ["stream"], "level": "WARNING"},
        "loggers": {
            "audit": {"level": "INFO"},
            "accounts": {"level": "INFO"},
            "impersonation": {"level": "INFO"},
            # Its own handlers print in another form, or nothing at all.
            "django": {"level": "INFO", "handlers": []},
        },
    }
