"""The Django admin site, behind the platform's sign-in."""

from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models.base import ModelBase
from django.http import Http404
from django.shortcuts import redirect
from django.urls import URLResolver
from django.utils.translation import gettext_lazy as _

from accounts.authorization.decorators import administration, own_account_only

UNUSED = ("view_on_site", "autocomplete")


class AdminSite(admin.AdminSite):
    site_header = _("Administration")
    site_title = _("Administration")
    index_title = _("Administration")

    def register(self, model_or_iterable, admin_class=None, **options):
        """Register models of the platform only: users, addresses and rights are edited on its own pages."""
        models: Any = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        ours = [model for model in models if model._meta.app_config.name in settings.OWN_PACKAGES]
        super().register(ours, admin_class, **options)

    def admin_view(self, view, cacheable=False):
        """Raise Http404 if a signed-in user may not enter; the platform's sign-in stops everybody else before that."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def entered(request, *args, **kwargs):
            if not self.has_permission(request):
                raise Http404
            try:
                return guarded(request, *args, **kwargs)
            except PermissionDenied as refused:
                if not str(refused):
                    explain(request)
                raise

        return entered

    def get_urls(self):
        """
        Return Django's addresses without the unused ones, each view closed in an assumed session.

        The marks are set here and not in admin_view(), because Django puts one more function around what it returns.
        """
        urls = [url for url in super().get_urls() if getattr(url, "name", None) not in UNUSED]
        close_on_behalf(urls)
        return urls

    def password_change(self, request, extra_context=None):
        """Redirect to the platform's page, which limits the rate, records the change and asks for the second factor."""
        return redirect("account_change_password")

    password_change_done = password_change

    def logout(self, request, extra_context=None):
        """Redirect to the platform's sign-out page, which asks for confirmation."""
        return redirect("account_logout")

    # For the admin of the audit log, which may not import from accounts. The imports are inside the methods because the
    # sign-in package needs the admin site while Python imports it.

    def with_reauthentication(self, view):
        """Mark a view that calls require_reauthentication()."""
        from accounts.authentication.reauthentication import with_reauthentication

        return with_reauthentication(view)

    def require_reauthentication(self, request, **options):
        """Require a recent authentication, as accounts.authentication.reauthentication does."""
        from accounts.authentication.reauthentication import require_reauthentication

        require_reauthentication(request, **options)

    def answer_with_progress(self, request, steps, **options):
        """Return the response to a form that starts long work, as accounts.users.progress does."""
        from accounts.users.progress import answer

        return answer(request, steps, **options)

    @own_account_only
    def login(self, request, extra_context=None):
        """Raise Http404, because users sign in on the platform's page only."""
        raise Http404


def explain(request):
    """Raise PermissionDenied with the right that the user misses, if that is why a page refused them."""
    from .missing_rights import missing_right

    reads = request.method in ("GET", "HEAD")
    sentence = missing_right(request.resolver_match.view_name, request.user, reads=reads)
    if sentence:
        raise PermissionDenied(sentence)


def close_on_behalf(urls):
    """Mark every view below these addresses."""
    for url in urls:
        if isinstance(url, URLResolver):
            close_on_behalf(url.url_patterns)
        elif not getattr(url.callback, "own_account_only", False):
            administration(url.callback)
