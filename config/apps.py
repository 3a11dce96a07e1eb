"""App configurations of the project (its commands and checks) and of the admin site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self):
        from . import checks  # noqa: F401
        from .backup import kept_outside  # noqa: F401
        from .monitoring import faults

        faults.start()  # in commands too


class AdminConfig(DjangoAdminConfig):
    default_site = "config.admin_site.AdminSite"
