from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self):
        from audit import changed_fields, tickets
        from audit.verification.checker import AFTER_VERIFICATION

        from .authentication import package_clock
        from .authentication.backends import READ_WITH_USER
        from .models import (
            Department,
            same_names,  # noqa: F401 (it teaches each new connection)
        )
        from .models.brand import StoredBrand
        from .models.history import track_ends
        from .models.last_runs import note_verification

        AFTER_VERIFICATION.append(note_verification)
        track_ends(Department)
        changed_fields.MODELS |= {
            "user": ("accounts.user",),
            "organisation": ("accounts.organisation", "accounts.brand"),
        }
        READ_WITH_USER["stored_brand"] = StoredBrand
        package_clock.share()
        tickets.sources.append(lambda reader: reader.login_as_rules.tickets.link)
