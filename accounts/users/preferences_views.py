"""The page on which users choose their own language and time zone."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.authentication.browser_cookies import remember_language
from accounts.authorization.decorators import own_account_only

from .actions import choose_preferences
from .preferences_forms import PreferencesForm


@require_http_methods(["GET", "HEAD", "POST"])
@own_account_only
def account_preferences(request):
    """Show the user's language and time zone (GET), and store what they choose (POST)."""
    form = PreferencesForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        values = form.values()
        changed = choose_preferences(request.user, values)
        with translation.override(values["language"]):  # what is chosen holds from this sentence on
            messages.success(
                request,
                _("Your preferences were saved.") if changed else _("Nothing was different, so nothing was changed."),
            )
        return remember_language(redirect("account"), values["language"])
    return render(request, "accounts/preferences.html", {"form": form}, status=422 if form.is_bound else 200)
