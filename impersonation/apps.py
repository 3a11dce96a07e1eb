from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImpersonationConfig(AppConfig):
    name = "impersonation"
    verbose_name = _("Login as User")

    def ready(self):
        from accounts.authentication.backends import READ_WITH_USER
        from accounts.authentication.sign_in_form import EMAIL_TO_FILL_IN
        from accounts.users.tabs import TABS, Tab, sees
        from audit import reading

        from . import receivers  # noqa: F401
        from .left_account import email_to_fill_in
        from .objections.live import any_live_session
        from .stored_words import STORED_WORDS

        READ_WITH_USER["live_session"] = any_live_session
        EMAIL_TO_FILL_IN.append(email_to_fill_in)
        TABS.append(Tab("user_account_access", _("Access"), 20, sees))
        reading.STORED_WORDS |= STORED_WORDS
