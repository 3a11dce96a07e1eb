from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImpersonationConfig(AppConfig):
    name = "impersonation"
    verbose_name = _("Login as User")

    def ready(self):
        from . import receivers  # noqa: F401
