"""Databases: how the process connects to them."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from .environment import BASE_DIR, env
from .postgresql import limits

POOLERS = ("", "session", "transaction")
REPLICA_CONNECT_SECONDS = 2


def from_environment() -> dict[str, dict[str, Any]]:
    """Return the setting DATABASES."""
    default = env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")
    default |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    if default["ENGINE"] == "django.db.backends.sqlite3":
        # IMMEDIATE: writers wait for the lock instead of failing half-way.
        # recursive_triggers: the audit log's triggers fire for REPLACE too.
        default["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA recursive_triggers=ON;"
                "PRAGMA mmap_size=67108864;PRAGMA cache_size=-20000;PRAGMA temp_store=MEMORY;"
            ),
        }
    elif default["ENGINE"] == "django.db.backends.postgresql":
        default = with_limits(default)
    return {"default": default} | replica(default["ENGINE"])


def with_limits(database: dict[str, Any]) -> dict[str, Any]:
    """Return a PostgreSQL database of a URL with our backend and its limits; options that the URL names win."""
    pooler = env.str("DATABASE_POOLER", default="")
    if pooler not in POOLERS:
        raise ImproperlyConfigured(f"DATABASE_POOLER is session, transaction or empty, not {pooler!r}.")
    texts = {
        "DATABASE_CONNECT_SECONDS": env.str("DATABASE_CONNECT_SECONDS", default=""),
        "DATABASE_STATEMENT_SECONDS": env.str("DATABASE_STATEMENT_SECONDS", default=""),
        "DATABASE_ANSWER_SECONDS": env.str("DATABASE_ANSWER_SECONDS", default=""),
        "DATABASE_LOCK_SECONDS": env.str("DATABASE_LOCK_SECONDS", default=""),
        "DATABASE_LONG_STATEMENT_SECONDS": env.str("DATABASE_LONG_STATEMENT_SECONDS", default=""),
        "DATABASE_IDLE_IN_TRANSACTION_SECONDS": env.str("DATABASE_IDLE_IN_TRANSACTION_SECONDS", default=""),
        "DATABASE_KEEPALIVE_IDLE_SECONDS": env.str("DATABASE_KEEPALIVE_IDLE_SECONDS", default=""),
        "DATABASE_KEEPALIVE_INTERVAL_SECONDS": env.str("DATABASE_KEEPALIVE_INTERVAL_SECONDS", default=""),
        "DATABASE_KEEPALIVE_COUNT": env.str("DATABASE_KEEPALIVE_COUNT", default=""),
        "DATABASE_TCP_USER_TIMEOUT_SECONDS": env.str("DATABASE_TCP_USER_TIMEOUT_SECONDS", default=""),
    }
    options = {"limits": limits.from_texts(texts), "pooler": pooler or None}
    return database | {"ENGINE": "config.postgresql", "OPTIONS": database.get("OPTIONS", {}) | options}


def replica(engine: str) -> dict[str, dict[str, Any]]:
    """Return the standby that lists may be read from, if the operator names one (audit/replica.py)."""
    if not env.str("REPLICA_DATABASE_URL", default=""):
        return {}
    standby = env.db("REPLICA_DATABASE_URL")
    if standby["ENGINE"] != "django.db.backends.postgresql" or engine != "config.postgresql":
        raise ImproperlyConfigured("REPLICA_DATABASE_URL is a standby of PostgreSQL, and DATABASE_URL its primary.")
    standby |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    given = standby.get("OPTIONS", {})
    # The connection is read-only too, in case somebody promotes the standby; the last option counts.
    read_only = f"{given.get('options', '')} -c default_transaction_read_only=on".strip()
    standby["OPTIONS"] = {"connect_timeout": REPLICA_CONNECT_SECONDS} | given | {"options": read_only}
    return {"replica": standby}
