"""The page of the company's brand, and what pages load of it: the logo and the colours."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.authentication import drafts
from accounts.authentication.reauthentication import require_reauthentication, with_reauthentication
from accounts.authorization.changes import NotAllowed, why_not_edit_settings
from accounts.authorization.decorators import accepts_uploads, shows, shows_nothing_personal
from accounts.authorization.refusals import ChangeRefusal
from accounts.models import Brand

from . import colours
from .actions import change_brand
from .forms import BrandForm

# The address names the content, so that a browser never asks twice.
FOR_EVER = "max-age=31536000, public, immutable"


@require_http_methods(["GET", "HEAD", "POST"])
@accepts_uploads(1, may=lambda request: why_not_edit_settings(request.user) is None)
@with_reauthentication
@shows(gettext_lazy("Brand of the company"))
def brand_settings(request):
    """Change the company's name, logo, colour, standards of new people and support contact."""
    if why_not_edit_settings(request.user):
        raise Http404
    require_reauthentication(request)
    is_sent = request.method == "POST"
    form = BrandForm(request.POST if is_sent else None, request.FILES if is_sent else None, instance=Brand.current())
    drafts.fill(request, form)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        logo = form.cleaned_data["new_logo"]
        try:
            changed = change_brand(actor=request.user, values=form.values(), logo=logo, seen=form.seen)
        except NotAllowed as not_allowed:
            status = 409 if not_allowed.refusal == ChangeRefusal.SETTINGS_CHANGED else 403
            form.add_error(None, not_allowed.sentence)
            form.show_current()
        else:
            said = _("The brand was saved. Everybody sees it from their next page on.")
            messages.success(request, said if changed else _("Nothing was different, so nothing was changed."))
            return redirect("brand_settings")
    return render(request, "accounts/brand_settings.html", {"form": form}, status=status)


@require_safe
@login_not_required
@shows_nothing_personal
def brand_logo(request, version):
    """Return the company's logo, which sign-in shows too. An address of an earlier logo leads nowhere."""
    logo = Brand.current().logo
    if not logo or logo.name != f"brand/{version}.png":
        raise Http404
    try:
        with logo.open("rb") as file:
            content = file.read()
    except FileNotFoundError:
        raise Http404 from None
    return HttpResponse(
        content,
        content_type="image/png",
        headers={
            "Cache-Control": FOR_EVER,
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


@require_safe
@login_not_required
@shows_nothing_personal
def brand_colours(request, colour):
    """Return the sheet of a colour. The address holds all of it: six hexadecimal digits, and nothing is read."""
    try:
        sheet = colours.palette(f"#{colour}").css()
    except ValidationError:
        raise Http404 from None
    return HttpResponse(sheet, content_type="text/css", headers={"Cache-Control": FOR_EVER})
