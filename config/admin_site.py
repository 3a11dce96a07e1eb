"""The Django admin, entered through the platform's own sign-in."""

from django.contrib import admin
from django.http import Http404
from django.utils.translation import gettext_lazy as _


class AdminSite(admin.AdminSite):
    site_header = _("Standin administration")
    site_title = _("Standin administration")
    index_title = _("Audit log and learning content")

    def login(self, request, extra_context=None):
        """Strangers were sent to sign in before they came here; who is signed in and still asked may not enter."""
        raise Http404
