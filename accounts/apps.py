from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self):
        from audit import tickets

        from .authentication import package_clock
        from .models.login_as_rules import in_force, read_stored_rules

        package_clock.share()
        tickets.sources.append(lambda: in_force(read_stored_rules()).tickets.link)
