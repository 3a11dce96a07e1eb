"""Mails to a single user: about their account, their sign-in, their places at events, and their modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

from allauth.account.app_settings import PASSWORD_RESET_TOKEN_GENERATOR
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.mail_domains import stored_form
from accounts.policy.rights import Right
from audit import context, log
from audit.kinds import Kind, Outcome
from audit.statements import insert

from .outbox import Outgoing, OutgoingQuerySet, letter, link
from .user_imports import FeedCause
from .users import User

KEPT_FOR = timedelta(days=30)


class What(models.TextChoices):
    """A change of how a user signs in, with the sentence of the mail; `by` is the name of the actor."""

    PASSWORD_CHANGED = "password_changed", _("Your password was changed.")
    TOTP_ACTIVATED = "totp_activated", _("An authenticator app was added as a second factor.")
    TOTP_DEACTIVATED = "totp_deactivated", _("The authenticator app was removed as a second factor.")
    WEBAUTHN_ADDED = "webauthn_added", _("A security key was added as a second factor.")
    WEBAUTHN_REMOVED = "webauthn_removed", _("A security key was removed as a second factor.")
    RECOVERY_CODES_GENERATED = "recovery_codes_generated", _("New recovery codes were made; the earlier ones are void.")
    FACTORS_REMOVED = (
        "factors_removed",
        _("{by} removed your second factors. Your password alone signs you in until you set up a new one."),
    )
    LOCK_LIFTED = "lock_lifted", _("{by} lifted the sign-in lock of your account.")

    @classmethod
    def of_template(cls, prefix: str) -> What:
        """Return the change that an allauth mail template stands for, such as "mfa/email/totp_activated"."""
        name = prefix.rpartition("/")[2]
        return cls.PASSWORD_CHANGED if name in ("password_reset", "password_set") else cls(name)


class MailQuerySet(OutgoingQuerySet):
    def due(self, now):
        """Return awaited mails first, so that a large import does not delay a password link."""
        return super().due(now).order_by("-is_awaited", "try_at", "pk")

    def forget_finished(self, now: datetime) -> None:
        """Delete the mails that were sent or given up more than KEPT_FOR ago."""
        before = now - KEPT_FOR
        self.filter(models.Q(sent_at__lt=before) | models.Q(given_up_at__lt=before)).delete()


class Mail(Outgoing):
    """
    A mail about an account. It stores no link, because a link signs its reader in: it is made when the mail is sent.

    address: the destination, if it is not the user's own address; for a forgotten password the typed address.
    """

    class Kind(models.TextChoices):
        INVITATION = "invitation"
        PASSWORD_LINK = "password_link"  # noqa: S105 (a kind of mail)
        ADDRESS_CHANGED = "address_changed"
        SIGN_IN_CHANGED = "sign_in_changed"
        PLACE_GIVEN = "place_given"
        PLACE_WITHDRAWN = "place_withdrawn"
        PLACE_MOVED_UP = "place_moved_up"
        TAKEN_OFF_LIST = "taken_off_list"
        OBJECTION = "objection"
        RESULT_REOPENED = "result_reopened"
        DUE_DATE_EXTENDED = "due_date_extended"
        TEST = "test"
        IMPORT_FEED = "import_feed"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    address = models.CharField(max_length=254, blank=True)
    is_awaited = models.BooleanField(default=False)
    detail = models.JSONField(default=dict)

    objects: ClassVar[Any] = MailQuerySet.as_manager()

    class Meta(Outgoing.Meta):
        indexes = [
            *Outgoing.Meta.indexes,
            models.Index(fields=["address"], condition=models.Q(recipient=None), name="mail_by_typed_address"),
        ]

    def __str__(self):
        return f"{self.kind} {self.pk}"

    def message(self) -> EmailMultiAlternatives | None:
        user = self.user()
        return None if user is None else WRITERS[Mail.Kind(self.kind)](self, user)

    def user(self) -> User | None:
        """Return the recipient, or None. A deactivated user only gets the kinds of mail in OF_A_LOSS."""
        users = User.objects.all() if self.kind in OF_A_LOSS else User.objects.filter(is_active=True)
        if self.recipient_id is None:
            return users.filter(email=stored_form(self.address)).first()
        return users.filter(pk=self.recipient_id).first()

    def actor_name(self) -> str | Promise:
        """Return the current name of the user who caused the mail."""
        user = User.objects.filter(pk=self.detail.get("by")).first()
        return user.name if user else _("somebody whose account is gone by now")

    def given_up(self) -> None:
        with log.recording():
            user = self.user()
            target = user.as_person() if user else None
            log.record(Kind.MAIL_GIVEN_UP, outcome=Outcome.FAILED, target=target, detail={"mail": self.kind})


def put(kind: Mail.Kind, user: User, *, actor: User | None = None, address: str = "", **detail: Any) -> None:
    """
    Put a mail to a user into the outbox, within the caller's transaction.

    actor: the user who caused it. address: the destination, if it is not the recipient's own address.
    """
    put_all([mail_to(kind, user, actor=actor, address=address, **detail)])


def mail_to(kind: Mail.Kind, user: User, *, actor: User | None, address: str = "", **detail: Any) -> Mail:
    """Return an unsaved mail."""
    is_awaited = kind in (Mail.Kind.INVITATION, Mail.Kind.PASSWORD_LINK)
    detail |= {"by": actor.pk} if actor else {}
    return Mail(kind=kind, recipient=user, address=address, is_awaited=is_awaited, detail=detail)


def put_all(mails: Iterable[Mail]) -> None:
    """Put mails into the outbox, within the caller's transaction."""
    insert(list(mails))


def put_password_link_if_known(address: str) -> None:
    """
    Put a password link into the outbox for the user with this address, if there is one.

    The user is looked up when the mail is sent, so that neither response nor response time reveals who has an account.
    """
    now = context.current()
    asked_from = {"address": now.address, "user_agent": now.user_agent}
    Mail.objects.create(
        kind=Mail.Kind.PASSWORD_LINK, address=stored_form(address), is_awaited=True, detail={"asked_from": asked_from}
    )


def password_link(user: User) -> str:
    """Return a link that sets a new password. It works once, within PASSWORD_RESET_TIMEOUT seconds."""
    key = PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    return link("account_reset_password_from_key", uidb36=user_pk_to_url_str(user), key=key)


def write_invitation(mail: Mail, user: User) -> EmailMultiAlternatives | None:
    """Write the invitation. Return None if the user has signed in since, because the link would set a new password."""
    if user.last_login is not None:
        return None
    days = settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60)
    return letter("accounts/email/invitation", user, by=mail.actor_name(), address=password_link(user), days=days)


def write_password_link(mail: Mail, user: User) -> EmailMultiAlternatives:
    """Write the password link. Record it if it was requested without signing in, because the user is only known now."""
    asked_from = mail.detail.get("asked_from")
    if asked_from is not None and mail.attempts == 1:
        with context.scoped(**asked_from), log.recording():
            log.record(Kind.USER_PASSWORD_LINK_SENT, target=user.as_person())
    by = "" if asked_from is not None else mail.actor_name()
    return letter("accounts/email/password_link", user, by=by, address=password_link(user))


def write_address_changed(mail: Mail, user: User) -> EmailMultiAlternatives:
    """Write to the former address, because the owner of the new address can sign in as the user."""
    former, new = mail.address, mail.detail["new"]
    return letter("accounts/email/address_changed", user, to=former, by=mail.actor_name(), former=former, new=new)


def write_sign_in_changed(mail: Mail, user: User) -> EmailMultiAlternatives:
    what = format_lazy(What(mail.detail["what"]).label, by=mail.actor_name())
    return letter(
        "accounts/email/sign_in_changed",
        user,
        what=what,
        at=parse_datetime(mail.detail["at"]),
        came_from=mail.detail.get("came_from", ""),
    )


def write_place(template: str, mail: Mail, user: User) -> EmailMultiAlternatives:
    """Write about a place at an event. The mail holds all details, because the event may be deleted by now."""
    said = mail.detail
    return letter(
        template,
        user,
        by=mail.actor_name() if "by" in said else "",
        reason=said["reason"],
        title=said["title"],
        starts_at=parse_datetime(said["starts_at"]),
        lapse=said.get("lapse", ""),
        address=link("event_list"),
    )


def write_module(template: str, mail: Mail, user: User) -> EmailMultiAlternatives:
    """Write about a module that was opened again, or is due later."""
    said = mail.detail
    return letter(
        template,
        user,
        by=mail.actor_name(),
        reason=said["reason"],
        title=said["title"],
        due_at=parse_datetime(said.get("due_at") or ""),
        is_taken_back=said.get("is_taken_back", False),
        address=link("module_detail", pk=said["module"]),
    )


def write_objection(mail: Mail, user: User) -> EmailMultiAlternatives:
    """Write to a reviewer. The mail names neither user, because a reviewer signs in before they read the timeline."""
    address = link("admin:audit_auditevent_timeline", assumed_session=mail.detail["session"])
    return letter("accounts/email/objection", user, address=address)


def write_test(mail: Mail, user: User) -> EmailMultiAlternatives:
    return letter("accounts/email/test", user, address=link("first_steps"))


def write_import_feed(mail: Mail, user: User) -> EmailMultiAlternatives | None:
    """Write to a user who answers for a feed. Return None if they may not import any more."""
    if not policy.holds(user, Right.IMPORT_PEOPLE):
        return None
    said = mail.detail
    cause = FeedCause(said["cause"])
    return letter(
        "accounts/email/import_feed",
        user,
        is_stopped=cause is not FeedCause.SKIPPED,
        file=said["file"],
        at=parse_datetime(said["at"]),
        why=said["why"],
        problems=said["problems"],
        more=said["more"],
        what_to_do=cause.label,
        address=link("user_import"),
    )


WRITERS: dict[str, Callable[[Mail, User], EmailMultiAlternatives | None]] = {
    Mail.Kind.INVITATION: write_invitation,
    Mail.Kind.PASSWORD_LINK: write_password_link,
    Mail.Kind.ADDRESS_CHANGED: write_address_changed,
    Mail.Kind.SIGN_IN_CHANGED: write_sign_in_changed,
    Mail.Kind.PLACE_GIVEN: partial(write_place, "accounts/email/place_given"),
    Mail.Kind.PLACE_WITHDRAWN: partial(write_place, "accounts/email/place_withdrawn"),
    Mail.Kind.PLACE_MOVED_UP: partial(write_place, "accounts/email/place_moved_up"),
    Mail.Kind.TAKEN_OFF_LIST: partial(write_place, "accounts/email/taken_off_list"),
    Mail.Kind.OBJECTION: write_objection,
    Mail.Kind.RESULT_REOPENED: partial(write_module, "accounts/email/result_reopened"),
    Mail.Kind.DUE_DATE_EXTENDED: partial(write_module, "accounts/email/due_date_extended"),
    Mail.Kind.TEST: write_test,
    Mail.Kind.IMPORT_FEED: write_import_feed,
}
OF_A_LOSS = (Mail.Kind.ADDRESS_CHANGED, Mail.Kind.PLACE_WITHDRAWN, Mail.Kind.TAKEN_OFF_LIST)


def tell_of_sign_in_change(what: What, user: User, *, actor: User | None = None) -> None:
    """Mail a user about a change of how they sign in, with the IP address if they made the change themselves."""
    came_from = "" if actor else context.current().address
    put(
        Mail.Kind.SIGN_IN_CHANGED,
        user,
        actor=actor,
        what=what.value,
        at=timezone.now().isoformat(),
        came_from=came_from,
    )
