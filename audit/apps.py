from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = _("Audit log")

    def ready(self):
        from . import anchors, clock, triggers  # noqa: F401 both register checks

        connection_created.connect(clock.measure)
        post_migrate.connect(triggers.create_after_migrate, sender=self)
