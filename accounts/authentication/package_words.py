"""Words of the sign-in package that our catalogues say as our own pages do (docs/reference/glossary-languages.md)."""

from django.utils.translation import gettext_noop as _

WORDS = (
    _("Email"),
    _("Email address"),
    _("Forgot your password?"),
    _("Please type your current password."),
    _("You must type the same password each time."),
    _("Password successfully changed."),
    _("Password successfully set."),
    _("Too many failed login attempts. Try again later."),
    _("Authenticator code"),
    _("Authenticator app activated."),
    _("Authenticator app deactivated."),
    _("A new set of recovery codes has been generated."),
    _("You cannot generate recovery codes without having two-factor authentication enabled."),
)
