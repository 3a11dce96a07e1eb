"""The project as an app: its commands, and the admin site that people enter through our own sign-in."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self):
        from . import checks  # noqa: F401


class AdminConfig(DjangoAdminConfig):
    default_site = "config.admin_site.AdminSite"
