"""
Reports of faults to Sentry: where in the code a fault happened, in which version, and on whose request, by number.

An event is made again from what is allowed. A message of an exception can hold what somebody typed, and so can local
variables, headers, addresses, arguments of a command and earlier log lines: none of them leaves.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

from audit import context
from config.version import VERSION

KEPT = ("event_id", "timestamp", "platform", "level", "release", "environment", "logger")
KEPT_OF_EXCEPTION = ("type", "module", "mechanism")
KEPT_OF_FRAME = ("filename", "module", "function", "lineno", "in_app")


def start() -> None:
    """Report faults of this process if SENTRY_DSN is set."""
    if not settings.SENTRY_DSN:
        return
    import sentry_sdk

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.SENTRY_ENVIRONMENT,
        release=VERSION,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        before_send=scrubbed,
        before_breadcrumb=nothing,
    )


def nothing(*args: Any) -> None:
    """Return None, with which Sentry keeps no breadcrumb."""


def scrubbed(event: Any, hint: Any = None) -> Any:
    """Return a new event with what is allowed of another one, and the numbers of who acted."""
    made = {name: event[name] for name in KEPT if name in event}
    if found := event.get("exception", {}).get("values"):
        made["exception"] = {"values": [of_exception(each) for each in found]}
    if event.get("transaction_info", {}).get("source") == "route":
        made["transaction"] = event["transaction"]  # otherwise it is an address
    if (line := event.get("logentry", {})).get("params"):
        made["logentry"] = {"message": line["message"]}  # the text of the code, without what was filled in
    if method := event.get("request", {}).get("method"):
        made["request"] = {"method": method if str(method).isalpha() else "other"}
    now = context.current()
    made["tags"] = {
        name: str(value)
        for name, value in {
            "actor": now.actor and now.actor.id,
            "target": now.target and now.target.id,
            "assumed_session": now.assumed_session,
            "request_id": now.request_id,
        }.items()
        if value
    }
    return made


def of_exception(found: dict[str, Any]) -> dict[str, Any]:
    """Return the type and the places of an exception, without its message."""
    made: dict[str, Any] = {name: found[name] for name in KEPT_OF_EXCEPTION if found.get(name)}
    made.get("mechanism", {}).pop("data", None)
    frames = (found.get("stacktrace") or {}).get("frames", [])
    made["stacktrace"] = {
        "frames": [{name: frame[name] for name in KEPT_OF_FRAME if name in frame} for frame in frames]
    }
    return made
