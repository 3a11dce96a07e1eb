"""What became of the newest mail with a link that sets a password: an invitation, or a link to a new password."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Mail
from accounts.models.outbox import ATTEMPTS
from accounts.models.preferences import moment
from audit.kinds import Kind
from audit.models import AuditEvent

from .buttons import Buttons, Remedy
from .facts import Facts
from .remark import Remark


def remarks(facts: Facts, buttons: Buttons) -> Iterator[Remark]:
    """Yield the remarks about a user who has a password: a new one was asked for, mail is lost, too many requests."""
    at = asked_at(facts)
    used = facts.events.get(Kind.USER_PASSWORD_CHANGED)
    if at is not None:
        is_open = facts.is_news(at) and not (used and used.at > at)
        remedies = (*buttons.send_password_link(), *address_remedies(facts, buttons))
        yield Remark("password_link", " ".join(sentences(facts)), at, remedies if is_open else (), leading=is_open)
    if facts.links_refused_until:
        sentence = _("A new password was asked for too often: the sign-in page refuses to send a link until %(at)s.")
        told = {"at": moment(facts.links_refused_until)}
        remedies = tuple(buttons.send_password_link())
        yield Remark("too_many_links", sentence % told, facts.links_refused_until, remedies, leading=True)
    lost = facts.events.get(Kind.MAIL_GIVEN_UP)
    if lost is not None and facts.is_news(lost.at) and not is_given_up(facts.mail):
        sentence = _("A mail to this person could not be delivered on %(at)s. Is the email address right?")
        yield Remark("mail_given_up", sentence % {"at": moment(lost.at)}, lost.at, tuple(buttons.edit()))


def newest_event(facts: Facts) -> AuditEvent | None:
    """Return the newest event of an invitation or a link to a new password."""
    kinds = (Kind.USER_INVITED, Kind.USER_PASSWORD_LINK_SENT)
    found = [event for kind in kinds if (event := facts.events.get(kind))]
    return max(found, key=lambda event: event.seq, default=None)


def asked_at(facts: Facts) -> datetime | None:
    """Return when the newest link was asked for; None if there never was one."""
    if facts.mail is not None:
        return facts.mail.created_at
    event = newest_event(facts)
    return event.at if event else None


def sentences(facts: Facts) -> list[str]:
    """Return who asked for the newest link and when, and what became of it."""
    mail, event = facts.mail, newest_event(facts)
    if mail is not None:
        name = facts.name(mail.detail.get("by"))
        return [asked(mail.kind == Mail.Kind.INVITATION, mail.created_at, name), fate(facts, mail)]
    if event is None:
        return []
    said = asked(event.kind == Kind.USER_INVITED, event.at, facts.name(event.actor_id))
    return [said, was_used(facts, event.at) or _("The link has expired.")]


def asked(is_invitation: bool, at: datetime, name: str) -> str:
    """Return who asked for the link and when. A name is missing if it was asked for on the sign-in page."""
    if is_invitation:
        said = _("%(name)s sent an invitation on %(at)s.") if name else _("An invitation was sent on %(at)s.")
    elif name:
        said = _("%(name)s sent a link to a new password on %(at)s.")
    else:
        said = _("A new password was asked for on the sign-in page on %(at)s.")
    return said % {"name": name, "at": moment(at)}


def fate(facts: Facts, mail: Mail) -> str:
    """Return what became of a mail, and until when its link works."""
    told = {"count": mail.attempts, "next": moment(mail.try_at)}
    if is_given_up(mail):
        return _("The mail could not be delivered, and is not tried again.")
    if mail.given_up_at:
        return _("The mail was not sent, because its link was not needed any more.")
    if mail.sent_at is None and not mail.attempts:
        return _("The mail waits to be sent.")
    if mail.sent_at is None:
        said = ngettext(
            "The mail waits: it was tried once, and is tried again on %(next)s.",
            "The mail waits: it was tried %(count)s times, and is tried again on %(next)s.",
            mail.attempts,
        )
        return said % told
    if used := was_used(facts, mail.sent_at):
        return used
    return validity(facts)


def validity(facts: Facts) -> str:
    """Return until when the link of a sent mail works, or that it no longer does."""
    user, ends_at, mail = facts.user, facts.link_ends_at, facts.mail
    if ends_at is None or mail is None or mail.sent_at is None:
        return ""
    newest_change = max((at for at in (user.last_login, user.deactivated_at) if at), default=None)
    if newest_change and newest_change > mail.sent_at:
        return _("The mail was handed to the mail server; its link no longer works.")
    if ends_at <= facts.now:
        return _("The mail was handed to the mail server; its link expired on %(at)s.") % {"at": moment(ends_at)}
    return _("The mail was handed to the mail server; its link works until %(at)s.") % {"at": moment(ends_at)}


def was_used(facts: Facts, since: datetime) -> str:
    """Return that a new password was set after the link was sent; "" if none was."""
    changed = facts.events.get(Kind.USER_PASSWORD_CHANGED)
    if changed is None or changed.at <= since:
        return ""
    return _("A new password was set on %(at)s.") % {"at": moment(changed.at)}


def is_given_up(mail: Mail | None) -> bool:
    """Return whether the mail server refused a mail until its last attempt."""
    return mail is not None and mail.given_up_at is not None and mail.attempts >= ATTEMPTS


def address_remedies(facts: Facts, buttons: Buttons) -> list[Remedy]:
    """Return the button that corrects the email address, if a mail to it is late or lost."""
    mail = facts.mail
    is_late = mail is not None and mail.sent_at is None and mail.attempts > 0
    return buttons.edit() if is_late else []
