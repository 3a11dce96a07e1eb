"""The stored facts about an account, each read once: events about the user, mails, second factors, locks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import BigAutoField, CharField, Max, Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from accounts import second_factor_keys
from accounts.authentication.sign_in_limits import links_refused_until, sign_in_locked_until
from accounts.models import LastRefusal, Mail, User
from accounts.models.last_requests import last_seen
from audit import clock
from audit.kinds import Kind
from audit.models import AuditEvent
from audit.statements import Parameter, Statement

COUNTED = 100  # failed sign-ins at most
# The newest event of each is read; of failed sign-ins only those of a browser in which nobody was signed in.
KINDS = (
    Kind.USER_DEACTIVATED,
    Kind.USER_REACTIVATED,
    Kind.USER_INVITED,
    Kind.USER_PASSWORD_LINK_SENT,
    Kind.USER_PASSWORD_CHANGED,
    Kind.MAIL_GIVEN_UP,
)
LINK_MAILS = (Mail.Kind.INVITATION, Mail.Kind.PASSWORD_LINK)


USER = Parameter("user", BigAutoField())


def events_about(user: Any) -> QuerySet[AuditEvent]:
    about = AuditEvent.objects.filter(Q(target_id=user, kind__in=KINDS) | failed_sign_ins(user))
    newest = about.order_by().values("kind").annotate(newest=Max("seq")).values("newest")
    return AuditEvent.objects.filter(seq__in=newest)


def link_mails(user: Any, address: Any) -> QuerySet[Mail]:
    """Return the mails with a link that sets a password, those to the address that somebody typed included."""
    to_them = Q(recipient=user) | Q(recipient=None, address=address)
    return Mail.objects.filter(to_them, kind__in=LINK_MAILS).order_by("-created_at", "-pk")


NEWEST_EVENTS = Statement(lambda: events_about(USER))
NEWEST_LINK_MAIL = Statement(lambda: link_mails(USER, Parameter("address", CharField()))[:1])
FACTORS = Statement(lambda: Authenticator.objects.filter(user_id=USER).order_by("created_at", "pk"))
LAST_REFUSAL = Statement(lambda: LastRefusal.objects.filter(user=USER).order_by())


@dataclass(slots=True)
class Facts:
    """
    What is stored about an account.

    events: the newest event of each kind, with its texts. failures: the number of failed sign-ins since the last
    sign-in, COUNTED + 1 at most. mail: the newest mail with a link that sets a password; None after some weeks. names:
    the names of the people in events and mails, if the actor may see them.
    """

    user: User
    now: datetime
    events: dict[str, AuditEvent] = field(default_factory=dict)
    failures: int = 0
    mail: Mail | None = None
    factors: list[Any] = field(default_factory=list)
    locked_until: datetime | None = None
    links_refused_until: datetime | None = None
    refusal: LastRefusal | None = None
    last_seen: datetime | None = None
    names: dict[int, str] = field(default_factory=dict)

    def event(self, kind: Kind, *, after: Kind | None = None) -> AuditEvent | None:
        """Return the newest event of a kind; None if there is none, or if it is older than that of the other kind."""
        found, other = self.events.get(kind), self.events.get(after) if after else None
        return None if found is None or (other is not None and other.seq > found.seq) else found

    def is_news(self, at: datetime | None) -> bool:
        """Return whether something happened after the last sign-in."""
        return at is not None and (self.user.last_login is None or at > self.user.last_login)

    def name(self, person_id: int | None) -> str:
        """Return the name of the user who did something, or a text in its place; "" if nobody was signed in."""
        if person_id is None:
            return ""
        return self.names.get(person_id) or _("Somebody you may not see")

    @property
    def link_ends_at(self) -> datetime | None:
        """Return until when the link of the newest mail works; None if the mail was not sent, or is forgotten."""
        if self.mail is None or self.mail.sent_at is None:
            return None
        return self.mail.sent_at + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)

    def unreadable_factors(self) -> list[Any]:
        """Return the second factors whose secret this installation can't decrypt."""
        return [factor for factor in self.factors if not is_readable(factor)]


def read(user: User, actor: User) -> Facts:
    """Return the facts about the user. The number of queries doesn't depend on how much happened."""
    facts = Facts(user, clock.now())
    facts.events = {event.kind: event for event in newest_events(user)}
    failed = facts.events.get(Kind.SIGN_IN_FAILED)
    if failed is not None and facts.is_news(failed.at):
        # Counted here, because by its time the database might look for them in the whole log.
        newest = AuditEvent.objects.filter(failed_sign_ins(user.pk)).order_by("-seq").values_list("at", flat=True)
        facts.failures = sum(facts.is_news(at) for at in newest[: COUNTED + 1])
    facts.mail = next(iter(NEWEST_LINK_MAIL.objects(user=user.pk, address=user.email)), None)
    facts.factors = FACTORS.objects(user=user.pk)
    facts.locked_until = sign_in_locked_until(user)
    facts.links_refused_until = links_refused_until(user)
    facts.refusal = next(iter(LAST_REFUSAL.objects(user=user.pk)), None)
    facts.last_seen = last_seen(user)
    people = {event.actor_id for event in facts.events.values()} | {facts.mail.detail.get("by") if facts.mail else None}
    if people := people - {None}:
        seen = User.objects.visible_to(actor).filter(pk__in=people).order_by()
        facts.names = {person.pk: person.name for person in seen.only("first_name", "last_name")}
    return facts


def failed_sign_ins(user: Any) -> Q:
    return Q(target_id=user, kind=Kind.SIGN_IN_FAILED, actor_id=None)


def newest_events(user: User) -> list[AuditEvent]:
    """Return the newest event of each kind about the user, found among the events about them alone."""
    events = NEWEST_EVENTS.objects(user=user.pk)
    prefetch_related_objects(events, "texts")
    return events


def is_readable(factor: Any) -> bool:
    """Return whether the secrets of a second factor can be decrypted; a security key has none."""
    if factor.type == Authenticator.Type.WEBAUTHN:
        return True
    try:
        second_factor_keys.converted(factor.data, second_factor_keys.decrypt)
    except second_factor_keys.Unreadable:
        return False
    return True
