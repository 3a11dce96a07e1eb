"""Inviting people by e-mail: a link with which they set their first password."""

from __future__ import annotations

import zoneinfo

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from audit import log
from audit.kinds import Kind, Outcome

from . import policy
from .actions import above, locked, require
from .models import User
from .requests import Request
from .rights import Right


class NotSent(Exception):
    """The mail server did not take the invitation; that is on record too."""


def may_invite(actor: User, person: User) -> str:
    """Why the actor may not invite the person; "" where they may. The link goes to the person's own address alone."""
    if not any(policy.reaches(actor, right, person) for right in (Right.CREATE_PEOPLE, Right.EDIT_PEOPLE)):
        return _("You don't hold the right to invite this person.")
    if not person.is_active:
        return _("This account is deactivated.")
    if person.last_login is not None:
        return _("This person has signed in already.")
    return above(actor, person)


def invite(*, request: Request, person: User) -> None:
    """
    Put the invitation on record, then send it: nobody waits for a mail server with a row of the database in hand.

    request: whose address the link starts with. Raises NotAllowed where the actor may not, and NotSent.
    """
    with log.recording():
        actor, person = locked(request.user, person)
        require(may_invite(actor, person))
        log.record(Kind.USER_INVITED, actor=actor.as_person(), target=person.as_person())
    try:
        invitation(request, person, by=actor).send()
    except OSError as error:  # which every error of SMTP and of the network is
        with log.recording():
            log.record(
                Kind.USER_INVITED,
                outcome=Outcome.FAILED,
                actor=actor.as_person(),
                target=person.as_person(),
                detail={"error": type(error).__name__},
            )
        raise NotSent from error


def invitation(request: Request, person: User, *, by: User) -> EmailMultiAlternatives:
    """The mail, in the person's language and time zone."""
    key = {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}
    address = request.build_absolute_uri(reverse("account_reset_password_from_key", kwargs=key))
    context = {
        "person": person,
        "by": by,
        "address": address,
        "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60),
    }
    with translation.override(person.language), timezone.override(zoneinfo.ZoneInfo(person.time_zone)):
        subject = render_to_string("accounts/email/invitation_subject.txt", context).strip()
        message = EmailMultiAlternatives(
            subject, render_to_string("accounts/email/invitation.txt", context), to=[person.email]
        )
        message.attach_alternative(render_to_string("accounts/email/invitation.html", context), "text/html")
    return message
