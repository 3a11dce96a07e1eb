"""Databases: how the process connects to them."""

from typing import Any

from .environment import BASE_DIR, env


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
    return {"default": default}
