"""The Django admin, entered through the platform's own sign-in."""

from functools import wraps

from django.contrib import admin
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

UNUSED = ("view_on_site", "autocomplete")


class AdminSite(admin.AdminSite):
    site_header = _("Standin administration")
    site_title = _("Standin administration")
    index_title = _("Audit log and learning content")

    def admin_view(self, view, cacheable=False):
        """Strangers meet the platform's own sign-in wall; who is signed in and may not enter gets 404."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def entered(request, *args, **kwargs):
            if not self.has_permission(request):
                raise Http404
            return guarded(request, *args, **kwargs)

        return entered

    def get_urls(self):
        """Django's own addresses but those that nobody needs: one tells who exists, the other searches for forms."""
        return [url for url in super().get_urls() if getattr(url, "name", None) not in UNUSED]

    def password_change(self, request, extra_context=None):
        """There is one way to change a password: throttled, recorded, and with the second factor."""
        return redirect("account_change_password")

    password_change_done = password_change

    def logout(self, request, extra_context=None):
        """There is one way to sign out, and it asks first."""
        return redirect("account_logout")

    # For the admin of the audit log, which may not import from accounts. The imports are late because the sign-in
    # package wants the admin site while it is imported.

    def fresh_proof(self, view):
        """Mark a view that calls `demand_proof`."""
        from accounts.authentication.fresh_proof import fresh_proof

        return fresh_proof(view)

    def demand_proof(self, request, **options):
        """Ask for a fresh proof of identity, as `accounts.authentication.fresh_proof.demand_proof` does."""
        from accounts.authentication.fresh_proof import demand_proof

        demand_proof(request, **options)

    def login(self, request, extra_context=None):
        """There is one way to sign in, and it is not this one."""
        raise Http404
