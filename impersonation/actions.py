"""Starting and ending an assumed session: each change and its audit event are one transaction."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, logout
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DatabaseError, connection
from django.db.models import BigIntegerField, DateTimeField, Q
from django.middleware.csrf import rotate_token
from django.utils.crypto import get_random_string

from accounts.authorization.login_as import login_as_refusal
from accounts.authorization.requests import Request, record_refusal
from accounts.models import User
from accounts.policy import Refusal, reaches
from accounts.policy.rights import Right
from audit import clock, log
from audit.context import Person
from audit.kinds import Kind
from audit.statements import Parameter, Statement, execute, insert

from . import loader
from .identity import ASSUMED_SESSION_KEY, cause_unasked
from .models import AssumedSession, Cause, Mode
from .notices import Moment, announce
from .replaced_keys import digest

logger = logging.getLogger(__name__)
ENDED_IN_PASSING = 10
MAX_ID = BigIntegerField.MAX_BIGINT  # an address may name a greater number, which no column holds

REPLACE_SESSION = (
    "UPDATE django_session SET session_key = %s, session_data = %s, expire_date = %s WHERE session_key = %s"
)


class Refused(Exception):
    """The start is refused; nothing has changed."""

    def __init__(self, refusal: Refusal, target: User):
        super().__init__(refusal.label)
        self.refusal, self.target = refusal, target


class Unseen(Exception):
    """Whoever asks may not know whether there is such a person; nothing has changed."""


def start(*, request: Request, target_id: int, mode: Mode, reason: dict[str, str], once: str = "") -> AssumedSession:
    """
    Put the person who is signed in into the target's place, in a new browser session.

    reason: category, text and ticket, as the form cleaned them. once: by what the form is known if it is sent again.
    All rules are asked here, under lock: raises Unseen and Refused where they say no, and SessionInterrupted where the
    browser session was signed out meanwhile. Until all of it is committed `request.session` stays what it was, so that
    a failure leaves the actor the actor.
    """
    now = clock.now()
    with log.recording():
        actor, target = locked(request.actor.pk, target_id)
        if target is None or not reaches(actor, Right.SEE_PEOPLE, target):
            raise Unseen
        refusal = login_as_refusal(actor, target, rights={mode.right})
        if refusal is None and AssumedSession.objects.too_many_by(actor, now):
            refusal = Refusal.TOO_MANY
        if refusal is not None:
            raise Refused(refusal, target)
        lapsed = []
        idle = now - timedelta(minutes=settings.ASSUMED_SESSION_IDLE_MINUTES)
        for earlier in OWN_OR_LAPSED.objects(actor=actor.pk, idle=idle):
            if earlier.actor_id == actor.pk:
                before = User.objects.filter(pk=earlier.target_id).first()
                end(earlier, earlier.lapse(now) or Cause.SUPERSEDED, actor=actor, target=before)
            else:
                lapsed.append(earlier.pk)
        assumed_session = AssumedSession(
            actor=actor, target=target, mode=mode, started_at=now, last_active_at=now,
            target_auth_hash=target.get_session_auth_hash(),
        )  # fmt: skip
        assumed_session.started_from = digest(request.session.session_key or "")
        assumed_session.started_by = digest(once) if once else ""
        browser_session = replace_browser_session(request, assumed_session)
        insert([assumed_session])
        announce(assumed_session, Moment.START)
        log.record(
            Kind.ASSUMED_SESSION_STARTED,
            actor=actor.as_person(),
            target=target.as_person(),
            assumed_session=assumed_session.pk,
            reason=reason | {"mode": mode.value},
        )
    browser_session.modified = False  # it is stored; the middleware of sessions gives the browser its key
    request.session = browser_session
    rotate_token(request)
    end_in_passing(lapsed[:ENDED_IN_PASSING])
    return assumed_session


# The actor's live session, and those that went idle while nobody came to end them; at most one of each actor.
OWN_OR_LAPSED = Statement(
    lambda: (
        AssumedSession.objects.live()
        .filter(
            Q(actor_id=Parameter("actor", BigIntegerField()))
            | Q(last_active_at__lte=Parameter("idle", DateTimeField()))
        )
        .order_by()
    )
)


# Two people, locked until the transaction ends, with what the rules need; always by id first.
LOCKED = Statement(
    lambda: (
        User.objects.filter(Q(pk=Parameter("one", BigIntegerField())) | Q(pk=Parameter("other", BigIntegerField())))
        .select_for_update(no_key=True, of=("self",))
        .order_by("pk")
        .with_standing()
    )
)


def locked(actor_id: int, target_id: int) -> tuple[User, User | None]:
    found = {person.pk: person for person in LOCKED.objects(one=actor_id, other=min(target_id, MAX_ID))}
    if actor_id not in found:
        raise SessionInterrupted("The person was deleted before the request completed.")
    return found[actor_id], found.get(target_id)


def replace_browser_session(request: Request, assumed_session: AssumedSession) -> SessionStore:
    """
    A browser session that knows nothing but who is signed in and what was started, in the place of the one before.

    One statement gives the row its new key and contents: the old key is dead, two at once can't both have it, and
    that nobody has the new one is the database's to say.
    """
    store = SessionStore()
    for key in (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY):
        store[key] = request.session[key]
    store[ASSUMED_SESSION_KEY] = str(assumed_session.pk)
    store._session_key = assumed_session.browser_session = get_random_string(32, VALID_KEY_CHARS)
    expires = connection.ops.adapt_datetimefield_value(store.get_expiry_date())
    new = (store.session_key, store.encode(dict(store.items())), expires)
    if not execute(REPLACE_SESSION, (*new, request.session.session_key)):
        raise SessionInterrupted("The browser session was ended before the request completed.")
    return store


def end(assumed_session: AssumedSession, cause: Cause, *, actor: User | None, target: User | None) -> bool:
    """
    End an assumed session for good, once; False where somebody else ended it first.

    actor and target: as far as they still exist.
    """
    with log.recording():
        at = clock.not_before(assumed_session.started_at)
        ended = AssumedSession.objects.live().filter(pk=assumed_session.pk).update(ended_at=at, cause=cause)
        if ended:
            if target is not None:
                announce(assumed_session, Moment.END)
            log.record(
                Kind.ASSUMED_SESSION_ENDED,
                actor=as_known(actor, assumed_session.actor_id),
                target=as_known(target, assumed_session.target_id),
                assumed_session=assumed_session.pk,
                detail={"cause": cause.value},
            )
    return bool(ended)


def end_lapsed(keys: Iterable[UUID], *, only_count: bool = False) -> Counter[Cause]:
    """
    Write the ends that no request came to write, each in a transaction of its own; returns how many by cause.

    The rule is the one that requests ask, and is asked again under lock, so that whoever comes back just in time goes
    on. Safe to repeat. only_count: change nothing.
    """
    counts: Counter[Cause] = Counter()
    for key in keys:
        found, cause = as_it_stands(key)
        if cause is None or only_count:
            counts.update([cause] if cause else [])
            continue
        with log.recording():
            AssumedSession.objects.live().filter(pk=key).select_for_update().first()
            found, cause = as_it_stands(key)
            if found and cause and end(found.session, cause, actor=found.actor, target=found.target):
                counts[cause] += 1
    return counts


def as_it_stands(key: UUID) -> tuple[loader.Found | None, Cause | None]:
    """A session with everything about it, and for which cause it is over if it is."""
    found = loader.find(key)
    if found is None or found.session.ended_at is not None:
        return found, None
    return found, cause_unasked(found, clock.now())


def end_in_passing(keys: list[UUID]) -> None:
    """`end_lapsed`, by somebody who has come for something else, which shall not fail with it."""
    try:
        end_lapsed(keys)
    except DatabaseError:
        logger.exception("Lapsed assumed sessions were not ended")


def as_known(person: User | None, person_id: int | None) -> Person | None:
    """Somebody as the log shall name them: by number alone where they no longer exist."""
    if person is not None:
        return person.as_person()
    return None if person_id is None else Person(person_id, "", "")


def exit_assumed_session(request: Request, cause: Cause) -> bool:
    """End the request's assumed session and log out as the actor; return False if somebody else ended it first."""
    session = request.assumed_session
    if not end(session, cause, actor=session.actor, target=session.target):
        return False
    request.user = request.actor
    leave(request)
    return True


def leave(request: Request) -> None:
    """
    Log this browser out; nothing of its session, messages included, crosses.

    Its CSRF secret is replaced together with the key, at the next sign-in: a new secret that comes late, after that
    sign-in, would make every form of the browser out of date.
    """
    logout(request)


def record_refused_start(request: Request, target: User, refusal: Refusal, *, wanted: int | None = None) -> None:
    """
    Record a refused start.

    wanted: number of the person who was to be opened, if that isn't the target; a number alone, because the texts of
    an event are erased for its own people only.
    """
    detail = {} if wanted is None else {"wanted": wanted}
    record_refusal(request, Kind.ASSUMED_SESSION_REFUSED, refusal, what="refused starts", target=target, **detail)
