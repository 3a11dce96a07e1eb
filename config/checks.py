"""System checks of the settings and stored rights on which the safety of Login as User depends, and of the caches."""

import os

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.checks import Warning as CheckWarning

# Settings that moved from the environment to the company's settings page.
MOVED_TO_THE_PAGE = ("LOGIN_AS_NOTICE", "ACCESS_HISTORY_NAMES_STAFF")
OURS = "config.caching.database.DatabaseCache"
REDIS = "config.caching.redis.RedisCache"
LOCAL = "django.core.cache.backends.locmem.LocMemCache"
SERIALIZER = "config.caching.database.JSONSerializer"


@register(Tags.security)
def caches_without_pickle(app_configs, **kwargs):
    """Return an error for each cache that unpickles (its writers could run code) or that rate limits can't share."""
    return [
        Error(
            f"The cache {alias!r} can't be {cache['BACKEND']}: CACHE_URL is dbcache:// (the database) or redis://….",
            hint="Others unpickle what they read, so that whoever can write there runs code, or aren't shared.",
            id="config.E001",
        )
        for alias, cache in settings.CACHES.items()
        if not is_allowed(cache)
    ]


def is_allowed(cache) -> bool:
    if cache["BACKEND"] == REDIS:
        return cache.get("OPTIONS", {}).get("serializer") == SERIALIZER
    return cache["BACKEND"] == OURS or (cache["BACKEND"] == LOCAL and settings.DEBUG)


@register(Tags.security, deploy=True)
def plain_http_off(app_configs, **kwargs):
    """Return an error if the platform accepts plain HTTP, because sessions would travel unencrypted."""
    if not settings.PLAIN_HTTP:
        return []
    message = "PLAIN_HTTP or DEBUG is on: passwords and sessions travel unencrypted."
    return [Error(message, hint="Both are for one machine only; turn them off.", id="config.E002")]


@register(Tags.security, deploy=True)
def demo_off(app_configs, **kwargs):
    """Return an error if the demo is on, because everybody could sign in as its people."""
    if not settings.DEMO:
        return []
    message = "DEMO is on: everybody signs in as the people of the demo, with one click."
    return [Error(message, hint="It is for `make demo` alone; remove it from the settings.", id="config.E003")]


@register(Tags.security)
def session_settings(app_configs, **kwargs):
    """Require sessions in the database, messages in the session, and no anonymous user of guardian."""
    needed = {
        "SESSION_ENGINE": "django.contrib.sessions.backends.db",
        "MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage",
        "ANONYMOUS_USER_NAME": None,
    }
    return [
        Error(f"{name} must be {value!r}.", id="accounts.E001")
        for name, value in needed.items()
        if getattr(settings, name) != value
    ]


@register(Tags.database)
def guardian_tables_empty(app_configs, databases=None, **kwargs):
    """Return an error if guardian's generic tables have rows, because nothing reads rights from there."""
    from django.db import connections
    from guardian.models import GroupObjectPermission, UserObjectPermission

    errors = []
    for alias in databases or ():
        tables = connections[alias].introspection.table_names()
        for model in (UserObjectPermission, GroupObjectPermission):
            if model._meta.db_table in tables and model.objects.using(alias).exists():
                message = f"{model._meta.label} has rows: rights belong in DepartmentGroupPermission."
                errors.append(Error(message, id="accounts.E002"))
    return errors


@register
def settings_that_moved(app_configs, **kwargs):
    """Return a warning for each variable of the environment that is ignored now."""
    return [
        CheckWarning(
            f"{name} is ignored: the company decides about it on its settings page.",
            hint="The migration accounts.0012 has stored the value that it had. Remove it from the environment.",
            id="config.W001",
        )
        for name in MOVED_TO_THE_PAGE
        if name in os.environ
    ]
