"""Recorded changes of a user's own second factors: the change and its event share a transaction."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase

from accounts.authorization.decorators import SAFE_METHODS, View
from accounts.models import User
from accounts.second_factor_keys import Unreadable
from audit import log
from audit.kinds import Kind

if TYPE_CHECKING:
    from accounts.authorization.requests import Request


def on_record(view: View) -> View:
    """
    Record which second factors an allauth view adds and removes.

    The factors before and after are compared, because allauth sends some signals only after the commit, too late to
    roll back if the log can't be written.
    """

    @wraps(view)
    def recorded(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in SAFE_METHODS or not request.user.is_authenticated:
            return view(request, *args, **kwargs)
        with log.recording():
            user = User.objects.select_for_update().only("pk").get(pk=request.user.pk)
            before = factors_of(user)
            response = view(request, *args, **kwargs)
            record_difference(request.user, before, factors_of(user))
        return response

    return recorded


def readable(view: View) -> View:
    """Answer 403 with a sentence if an allauth view can't read the recovery codes."""

    @wraps(view)
    def reading(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Unreadable as unreadable:
            raise PermissionDenied(unreadable.message) from unreadable

    return reading


def factors_of(user: User) -> dict[int, str]:
    """Return the type of each second factor and set of recovery codes, by its id."""
    from allauth.mfa.models import Authenticator

    return dict(Authenticator.objects.filter(user_id=user.pk).order_by("pk").values_list("pk", "type"))


def record_difference(
    user: User, before: dict[int, str], after: dict[int, str], *, actor: User | None = None, reason: str = ""
) -> None:
    """
    Record an event for each added or removed factor and for new recovery codes, but not for the codes they replace.

    actor: the actor, if it was not the user; reason: the reason, in the actor's words.
    """
    who: dict[str, Any] = {"actor": actor.as_person() if actor else None, "target": user.as_person()}
    changes = [(Kind.USER_SECOND_FACTOR_REMOVED, type_) for pk, type_ in before.items() if pk not in after]
    changes += [(Kind.USER_SECOND_FACTOR_ADDED, type_) for pk, type_ in after.items() if pk not in before]
    for kind, type_ in changes:
        if type_ != "recovery_codes":
            log.record(kind, **who, reason={"text": reason}, detail={"type": type_})
        elif kind == Kind.USER_SECOND_FACTOR_ADDED:
            log.record(Kind.USER_RECOVERY_CODES_MADE, **who)
