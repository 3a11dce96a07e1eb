"""What somebody does to their own second factors is on record: one transaction holds the change and its event."""

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
    A view of the sign-in package, with what it adds and removes recorded.

    The package tells of some changes only after their commit, too late to be undone where the log can't be written;
    so what there was is compared with what there is.
    """

    @wraps(view)
    def recorded(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in SAFE_METHODS or not request.user.is_authenticated:
            return view(request, *args, **kwargs)
        with log.recording():
            person = User.objects.select_for_update().only("pk").get(pk=request.user.pk)
            before = factors_of(person)
            response = view(request, *args, **kwargs)
            record_difference(request.user, before, factors_of(person))
        return response

    return recorded


def readable(view: View) -> View:
    """A view of the sign-in package that shows recovery codes: 403 with the sentence if they can't be read."""

    @wraps(view)
    def reading(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Unreadable as unreadable:
            raise PermissionDenied(unreadable.message) from unreadable

    return reading


def factors_of(person: User) -> dict[int, str]:
    """The type of each second factor and set of recovery codes, by its id."""
    from allauth.mfa.models import Authenticator

    return dict(Authenticator.objects.filter(user_id=person.pk).order_by("pk").values_list("pk", "type"))


def record_difference(
    person: User, before: dict[int, str], after: dict[int, str], *, actor: User | None = None, reason: str = ""
) -> None:
    """
    Record an event for each factor that came or went, and for codes that were made; those that they replace have none.

    actor: who did it, if it was not the person; reason: why, in the actor's words.
    """
    who: dict[str, Any] = {"actor": actor.as_person() if actor else None, "target": person.as_person()}
    changes = [(Kind.USER_SECOND_FACTOR_REMOVED, type_) for pk, type_ in before.items() if pk not in after]
    changes += [(Kind.USER_SECOND_FACTOR_ADDED, type_) for pk, type_ in after.items() if pk not in before]
    for kind, type_ in changes:
        if type_ != "recovery_codes":
            log.record(kind, **who, reason={"text": reason}, detail={"type": type_})
        elif kind == Kind.USER_SECOND_FACTOR_ADDED:
            log.record(Kind.USER_RECOVERY_CODES_MADE, **who)
