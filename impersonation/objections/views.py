"""Buttons of a user about assumed sessions of their own account. All are closed to an actor in their place."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.authorization.decorators import own_account_only, post_only
from impersonation.ledger.session import session_entries, starts
from impersonation.models import AssumedSession

from .actions import end_by_target, object_to, withdraw


@post_only
@own_account_only
def access_end(request, pk):
    """End a live session of the user's account."""
    try:
        ended = end_by_target(request.user, pk)
    except AssumedSession.DoesNotExist:
        raise Http404 from None
    if ended and AssumedSession.objects.live().filter(target=request.user.pk).exists():
        messages.success(request, _("The session was ended. Somebody else is still in your account."))
    elif ended:
        messages.success(request, _("The session was ended. Nobody but you is in your account now."))
    else:
        messages.info(request, _("The session had already ended."))
    return redirect("access_history")


@require_http_methods(["GET", "HEAD", "POST"])
@own_account_only
def access_objection(request, pk):
    """Ask before the user objects to a session (GET), and record the objection (POST)."""
    session = AssumedSession.objects.filter(pk=pk, target=request.user.pk).first()
    if session is None:
        raise Http404
    if request.method == "POST":
        if object_to(request.user, pk):
            messages.success(
                request, _("Thank you. The people who review sessions are told, and you can take it back.")
            )
        else:
            messages.info(request, _("You had already said that you didn't ask for this session."))
        return redirect("access_history")
    if session.objected_at is not None:
        return redirect("access_history")
    entries = session_entries(starts(assumed_session=pk), reader=request.user)
    return render(request, "impersonation/objection.html", {"pk": pk, "session": entries[0] if entries else None})


@post_only
@own_account_only
def access_objection_withdraw(request, pk):
    """Take an objection back."""
    try:
        withdrawn = withdraw(request.user, pk)
    except AssumedSession.DoesNotExist:
        raise Http404 from None
    if withdrawn:
        messages.success(request, _("You took back what you said about this session. Both stay in the log."))
    return redirect("access_history")
