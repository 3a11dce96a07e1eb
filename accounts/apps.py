from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self):
        from audit import tickets

        from .authentication import package_clock
        from .models import (
            Department,
            same_names,  # noqa: F401 (it teaches each new connection)
        )
        from .models.history import track_ends

        track_ends(Department)
        package_clock.share()
        tickets.sources.append(lambda reader: reader.login_as_rules.tickets.link)
