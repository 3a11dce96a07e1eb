"""The start and the end of an assumed session: each change and its audit event are one transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.sessions.exceptions import SessionInterrupted
from django.db.models import BigIntegerField, Q

from accounts.authorization.login_as import begins_by_looking, login_as_refusal
from accounts.authorization.requests import Request
from accounts.models import User
from accounts.policy import Refusal, reaches
from accounts.policy.rights import Right
from audit import clock, log
from audit.context import Person
from audit.kinds import Kind
from audit.statements import Parameter, Statement, insert

from . import back_to_ticket, browser_session, loader
from .models import OWN_OR_IDLE, AssumedSession, Cause, Mode
from .notices import Moment, announce
from .refusals import Refused, Unseen
from .replaced_keys import digest
from .traces.stored import Traces

MAX_ID = BigIntegerField.MAX_BIGINT  # a URL may contain a greater number, which no column holds

# Two users with the facts that the policy needs, locked in the order of their ids until the transaction ends.
LOCKED = Statement(
    lambda: (
        User.objects.filter(Q(pk=Parameter("one", BigIntegerField())) | Q(pk=Parameter("other", BigIntegerField())))
        .select_for_update(no_key=True, of=("self",))
        .order_by("pk")
        .with_standing()
    )
)


def start(
    *, request: Request, target_id: int, mode: Mode, reason: dict[str, str], once: str = "", returns_to: str = ""
) -> tuple[AssumedSession, list[UUID]]:
    """
    Start an assumed session as the target, in a new browser session; return it with what `supersede` found.

    reason: category, text and ticket, from the cleaned form. once: the random value that identifies a form that is
    sent again. returns_to: the address to go back to, ignored unless it is that of the ticket. Check every rule under
    lock. Raise Unseen or Refused if a rule refuses the start, ValidationError if the company takes no such ticket, and
    SessionInterrupted if the browser session was signed out meanwhile. `request.session` changes only after the commit,
    so that the actor remains the actor if anything fails.
    """
    now = clock.now()
    with log.recording():
        actor, target = lock_both(request.actor.pk, target_id)
        if target is None or not reaches(actor, Right.SEE_PEOPLE, target):
            raise Unseen
        refusal = login_as_refusal(actor, target, rights={mode.right})
        if refusal is None and mode is Mode.ACT and begins_by_looking(actor):
            refusal = Refusal.LOOK_FIRST
        if refusal is None and AssumedSession.objects.too_many_by(actor, now):
            refusal = Refusal.TOO_MANY
        if refusal is not None:
            raise Refused(refusal, target)
        ticket, rules = reason.get("ticket", ""), actor.login_as_rules.tickets
        rules.validate(ticket)
        expired = supersede(actor, now)
        session = AssumedSession(
            actor=actor, target=target, mode=mode, started_at=now, last_active_at=now,
            target_auth_hash=target.get_session_auth_hash(),
            started_from=digest(request.session.session_key or ""), started_by=digest(once) if once else "",
        )  # fmt: skip
        session.company_rules = actor.company_rules
        kept = back_to_ticket.kept(ticket, rules.link(ticket), rules.way_back(ticket, returns_to))
        store = browser_session.replace(request, session, **kept)
        insert([session])
        announce(session, Moment.START)
        log.record(
            Kind.ASSUMED_SESSION_STARTED, actor=actor.as_person(), target=target.as_person(),
            assumed_session=session.pk, reason=reason | {"mode": mode.value},
        )  # fmt: skip
    browser_session.hand_over(request, store)
    return session, expired


def lock_both(actor_id: int, target_id: int) -> tuple[User, User | None]:
    """Lock and return both users; the target is None if it does not exist."""
    found = {user.pk: user for user in LOCKED.objects(one=actor_id, other=min(target_id, MAX_ID))}
    if actor_id not in found:
        raise SessionInterrupted("The person was deleted before the request completed.")
    return found[actor_id], found.get(target_id)


def supersede(actor: User, now: datetime) -> list[UUID]:
    """End the actor's earlier session; return the ids of other actors' sessions that are idle for too long."""
    idle, expired = now - actor.login_as_rules.idle, []
    for earlier in OWN_OR_IDLE.objects(actor=actor.pk, idle=idle):
        if earlier.actor_id != actor.pk:
            expired.append(earlier.pk)
        elif session := loader.find(earlier.pk):
            end(session, session.limit_reached(now) or Cause.SUPERSEDED)
    return expired


def end(session: AssumedSession, cause: Cause) -> bool:
    """
    End an assumed session; return False if it had already ended.

    session: with its actor and target, each None if deleted, as `loader.find` and select_related() return it.
    """
    with log.recording():
        at = clock.not_before(session.started_at)
        ended = AssumedSession.objects.live().filter(pk=session.pk).update(ended_at=at, cause=cause)
        if ended:
            again = Traces.of(session.traces).blocked_again()  # may miss a request that runs at this moment
            if session.target is not None:
                announce(session, Moment.END)
            log.record(
                Kind.ASSUMED_SESSION_ENDED,
                actor=as_person(session.actor, session.actor_id),
                target=as_person(session.target, session.target_id),
                assumed_session=session.pk,
                detail={"cause": cause.value} | ({"blocked_again": again} if again else {}),
            )
    return bool(ended)


def end_now(session: AssumedSession, *, actor: User) -> bool:
    """
    End another user's assumed session, and record who ended it; return False if it had already ended or expired.

    session: as for `end`. actor: the administrator, not the actor of the session, whose next request is logged out.
    """
    limit = session.limit_reached(clock.now())
    with log.recording():
        if not end(session, limit or Cause.REVOKED) or limit:
            return False
        log.record(
            Kind.ASSUMED_SESSION_REVOKED,
            actor=actor.as_person(),
            target=as_person(session.actor, session.actor_id),
            detail={"about": str(session.pk)},
        )
    return True


def as_person(user: User | None, user_id: int | None) -> Person | None:
    """Return a user as the log names them: only by id if they were deleted."""
    if user is not None:
        return user.as_person()
    return None if user_id is None else Person(user_id, "", "")
