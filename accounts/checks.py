"""System checks: settings that the safety of Login as User rests on."""

from django.conf import settings
from django.core.checks import Error, Tags, register


@register(Tags.security)
def session_settings(app_configs, **kwargs):
    """Sessions live in the database, messages in the session, and guardian makes up no user."""
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
    """Rights stand in our own tables only; a row in guardian's generic ones would be read by nobody."""
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
