"""Words of the sign-in package that our catalogues say as our own pages do (docs/reference/glossary-languages.md)."""

from django.utils.translation import gettext_noop as _

WORDS = (_("Email"), _("Email address"), _("Forgot your password?"))
