"""What keeps a user from signing in: a deactivation, a missing password, a lock, a second factor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.models.preferences import moment
from accounts.policy import holdings
from accounts.policy.rights import Right
from accounts.users.actions import why_not_change_status
from audit.kinds import Kind
from audit.models import AuditEvent, Part
from audit.reading import said

from . import links
from .buttons import Buttons
from .facts import COUNTED, Facts
from .remark import Remark


def remarks(facts: Facts, actor: User, buttons: Buttons) -> Iterator[Remark]:
    """Yield the remarks about signing in, in the order in which they decide."""
    user = facts.user
    if not user.is_active:
        yield deactivated(facts, actor, buttons)
    if not user.has_usable_password():
        yield without_password(facts, buttons)
    if facts.locked_until:
        yield locked(facts, facts.locked_until, buttons)
    yield from unreadable(facts, buttons)
    failed = facts.events.get(Kind.SIGN_IN_FAILED)
    if failed is not None and facts.failures:
        yield stopped(facts, failed, buttons) if way_of(failed) == "second factor" else refused(facts, failed, buttons)
    if user.has_usable_password():
        yield from links.remarks(facts, buttons)
    yield last_sign_in(facts, buttons)
    yield from factors(facts)


def deactivated(facts: Facts, actor: User, buttons: Buttons) -> Remark:
    """Return since when and who did it; the reason only for an actor who could reactivate the account."""
    event = facts.event(Kind.USER_DEACTIVATED, after=Kind.USER_REACTIVATED)
    at = event.at if event else facts.user.deactivated_at
    sentences = [_("This account is deactivated: the person can't sign in at all.")]
    if event is not None:
        sentences += why_deactivated(facts, event, with_reason=why_not_change_status(actor, facts.user) is None)
    elif at:
        sentences.append(_("It was deactivated on %(at)s.") % {"at": moment(at)})
    return Remark("deactivated", " ".join(sentences), at, tuple(buttons.reactivate()), blocks=True)


def why_deactivated(facts: Facts, event: AuditEvent, *, with_reason: bool) -> list[str]:
    """Return the sentences about an event of a deactivation; with_reason: whether the actor may read the reason."""
    detail, reason = said(event, Part.DETAIL), said(event, Part.REASON)
    told = {"at": moment(event.at), "name": facts.name(event.actor_id), "file": (detail or {}).get("file", "")}
    if told["file"] and with_reason:
        return [_("It was deactivated on %(at)s by the import of “%(file)s”.") % told]
    if told["file"]:
        return [_("It was deactivated on %(at)s by an import.") % told]
    sentence = _("%(name)s deactivated it on %(at)s.") if told["name"] else _("It was deactivated on %(at)s.")
    sentences = [sentence % told]
    if with_reason and reason is None:
        sentences.append(_("The reason was erased."))
    elif with_reason and reason:
        sentences.append(_("The reason: “%(reason)s”") % {"reason": reason.get("text", "")})
    return sentences


def without_password(facts: Facts, buttons: Buttons) -> Remark:
    """Return what became of the invitation of a user who has no password yet."""
    user = facts.user
    if user.last_login is None:
        sentence = _("%(name)s has never signed in and can't yet: no password was ever set.")
    else:
        sentence = _("%(name)s can't sign in: there is no password.")
    sentences, at = [sentence % {"name": user.name}], links.asked_at(facts)
    if at is None:
        created = _("No invitation was sent since the account was created on %(at)s.")
        sentences.append(created % {"at": moment(user.created_at)})
    else:
        sentences += links.sentences(facts)
    remedies = (*(buttons.invite() or buttons.send_password_link()), *links.address_remedies(facts, buttons))
    return Remark("no_password", " ".join(sentences), at, remedies, blocks=True)


def locked(facts: Facts, until: datetime, buttons: Buttons) -> Remark:
    """Return until when sign-in is locked. It may be open in a browser that the user knows."""
    sentence = _("Sign-in is locked until %(at)s, after too many wrong passwords or codes.")
    remedies = (*buttons.lift_lock(), *buttons.send_password_link())
    return Remark("locked", sentence % {"at": moment(until)}, until, remedies, blocks=True)


def unreadable(facts: Facts, buttons: Buttons) -> Iterator[Remark]:
    """Yield that the platform can't read a second factor; it blocks if there is no other one."""
    damaged = {factor.pk for factor in facts.unreadable_factors()}
    if damaged:
        sentence = _("A second factor of this person can't be read: it was altered, or its key is missing.")
        blocks = all(factor.pk in damaged for factor in facts.factors)
        yield Remark("unreadable_factor", sentence, None, tuple(buttons.remove_second_factors()), blocks, leading=True)


def stopped(facts: Facts, failed: AuditEvent, buttons: Buttons) -> Remark:
    """Return that the password was right, and the code was not."""
    sentence = _("On %(at)s the password was right, but the second factor was not: sign-in stopped there.")
    remedies = (*buttons.remove_second_factors(),) if facts.factors else ()
    return Remark("stopped_at_factor", sentence % {"at": moment(failed.at)}, failed.at, remedies, leading=True)


def refused(facts: Facts, failed: AuditEvent, buttons: Buttons) -> Remark:
    """Return when the last sign-in failed, and how many did since the last one that succeeded."""
    told = {"at": moment(failed.at), "count": facts.failures, "most": COUNTED}
    if facts.failures > COUNTED:
        sentence = _("The last sign-in failed on %(at)s. More than %(most)s failed since the last one that succeeded.")
    elif facts.user.last_login is None:
        sentence = ngettext(
            "The only sign-in that was tried failed on %(at)s.",
            "The last sign-in failed on %(at)s. %(count)s failed, and none succeeded.",
            facts.failures,
        )
    else:
        sentence = ngettext(
            "The last sign-in failed on %(at)s, the only one since the last one that succeeded.",
            "The last sign-in failed on %(at)s. %(count)s failed since the last one that succeeded.",
            facts.failures,
        )
    return Remark("sign_in_failed", sentence % told, failed.at, tuple(buttons.send_password_link()))


def way_of(failed: AuditEvent) -> str:
    """Return what a failed sign-in failed at: "password", "second factor", or "" if the event doesn't say."""
    return (said(failed, Part.DETAIL) or {}).get("way", "")


def last_sign_in(facts: Facts, buttons: Buttons) -> Remark:
    at = facts.user.last_login
    if at is not None:
        return Remark("last_sign_in", _("The last sign-in was on %(at)s.") % {"at": moment(at)}, at)
    if not facts.user.has_usable_password():
        return Remark("never_signed_in", _("There was no sign-in yet."))
    sentence = _("%(name)s has never signed in, although a password is set.") % {"name": facts.user.name}
    return Remark("never_signed_in", sentence, None, tuple(buttons.invite()))


def factors(facts: Facts) -> Iterator[Remark]:
    """Yield which second factors are set up, and that one is demanded and missing."""
    named = {
        Authenticator.Type.TOTP: _("authenticator app since %(at)s"),
        Authenticator.Type.WEBAUTHN: _("security key since %(at)s"),
        Authenticator.Type.RECOVERY_CODES: _("recovery codes of %(at)s"),
    }
    kinds = [named[factor.type] % {"at": moment(factor.created_at)} for factor in facts.factors if factor.type in named]
    if kinds:
        sentence = _("Signing in takes a second factor: %(factors)s.") % {"factors": get_text_list(kinds, _("and"))}
        yield Remark("second_factor", sentence, facts.factors[0].created_at)
    has_one = any(factor.type != Authenticator.Type.RECOVERY_CODES for factor in facts.factors)
    if not has_one and holdings(facts.user).anywhere(Right.WITH_SECOND_FACTOR):
        sentence = _(
            "A permission type of this person requires a second factor, and none is set up. Until then they can't log "
            "in on behalf of others or administer anything. They set one up under My account."
        )
        yield Remark("factor_missing", sentence)
