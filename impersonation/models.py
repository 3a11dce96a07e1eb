"""The assumed session: its actor and target, its start and end, and the cause of the end."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.login_as_rules import LoginAsRules, StoredRules, in_force, read_stored_rules
from accounts.policy import Refusal, refusal, standing
from accounts.policy.rights import Right
from audit import clock
from audit.statements import Parameter, Statement


class Mode(models.TextChoices):
    """The modes of an assumed session. Each mode needs its own right."""

    ACT = "act", _("Act")
    LOOK_ONLY = "look_only", _("Look only")

    @property
    def right(self) -> Right:
        return {Mode.ACT: Right.ACT_ON_BEHALF, Mode.LOOK_ONLY: Right.LOOK_ONLY_ON_BEHALF}[self]


class Category(models.TextChoices):
    """The topic of the support case."""

    CONTENT_NOT_VISIBLE = "content_not_visible", _("Content not visible")
    CANNOT_SUBMIT = "cannot_submit", _("Can't submit")
    EVENT_PROBLEM = "event_problem", _("Event problem")
    PERMISSIONS_CHECK = "permissions_check", _("Permissions check")
    OTHER = "other", _("Other")


class Cause(models.TextChoices):
    """Why an assumed session ended, in the order in which the causes are checked. The first that applies counts."""

    EXIT = "exit", _("You exited the assumed session.")
    SIGNED_OUT = "signed_out", _("You signed out.")
    REVOKED = "revoked", _("An administrator ended the assumed session.")
    ENDED_BY_PERSON = "ended_by_person", _("The person whose account was open ended the assumed session.")
    SUPERSEDED = "superseded", _("You started another assumed session, which ended this one.")
    SIGNED_IN_AGAIN = "signed_in_again", _("You signed in again in the browser that had started the assumed session.")
    FEATURE_OFF = "feature_off", _("Login as User was switched off.")
    ACTOR_DELETED = "actor_deleted", _("Your account no longer exists.")
    ACTOR_DEACTIVATED = "actor_deactivated", _("Your account was deactivated.")
    ACTOR_PASSWORD_CHANGED = "actor_password_changed", _("Your password was changed.")
    RIGHT_LOST = "right_lost", _("You no longer hold the right to log in as this person.")
    TARGET_DEACTIVATED = "target_deactivated", _("The account was deactivated.")
    TARGET_DELETED = "target_deleted", _("The account no longer exists.")
    TARGET_PROTECTED = "target_protected", _("The account was marked as protected.")
    TARGET_GAINED_RIGHTS = "target_gained_rights", _("The person was given rights that you don't hold.")
    TARGET_PASSWORD_CHANGED = "target_password_changed", _("The person's password was changed.")
    IDLE = "idle", _("Nothing was done for a while, so the assumed session ended.")
    TIME_LIMIT = "time_limit", _("The assumed session reached its time limit.")
    BROWSER_SESSION_GONE = "browser_session_gone", _("The browser session no longer exists.")

    @classmethod
    def of(cls, refusal: Refusal) -> "Cause":
        """Return the cause of the end for a refusal that is found during a session."""
        return {
            Refusal.FEATURE_OFF: cls.FEATURE_OFF,
            Refusal.ACTOR_INACTIVE: cls.ACTOR_DEACTIVATED,
            Refusal.TARGET_INACTIVE: cls.TARGET_DEACTIVATED,
            Refusal.TARGET_PROTECTED: cls.TARGET_PROTECTED,
            Refusal.TARGET_SUPERUSER: cls.TARGET_GAINED_RIGHTS,
            Refusal.TARGET_HOLDS_MORE: cls.TARGET_GAINED_RIGHTS,
        }.get(refusal, cls.RIGHT_LOST)


class AssumedSessionQuerySet(models.QuerySet):
    def live(self):
        """Return the sessions without an end; an expired session counts until its end is written."""
        return self.filter(ended_at=None)

    def not_expired(self, now, rules):
        """Return the live sessions that have not expired: `AssumedSession.limit_reached` as a queryset filter."""
        return self.live().filter(
            last_active_at__gt=now - rules.idle, last_active_at__lt=now + rules.idle,
            started_at__gt=now - rules.limit, started_at__lt=now + rules.limit,
        )  # fmt: skip

    def with_rules(self):
        """Annotate the company's settings, from which `login_as_rules` come, in the same query."""
        return self.annotate(company_rules=StoredRules())

    def too_many_by(self, actor, now):
        """Return whether the actor has reached the limit of starts per hour, even if a clock was set back."""
        hour = timedelta(hours=1)
        rows = STARTS_OF.rows(actor=actor.pk, since=now - hour, until=now + hour)
        return bool(rows) and rows[0][0] >= actor.login_as_rules.starts_per_hour


class AssumedSession(models.Model):
    """
    The row that every request of an assumed session is checked against.

    The foreign keys to users have no constraint, so that deleting a user ends the session with a cause instead of
    removing its row. The reason for the start is only in the audit log, where it can be erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, db_constraint=False, null=True, related_name="+",
        verbose_name=_("actor"),
    )  # fmt: skip
    target = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, db_constraint=False, null=True, related_name="+",
        verbose_name=_("on behalf of"),
    )  # fmt: skip
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices, default=Mode.ACT)
    browser_session = models.CharField(max_length=40, editable=False)
    # Digests of the key that the start replaced, and of the form that was sent (replaced_keys.py).
    started_from = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    started_by = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    target_auth_hash = models.CharField(max_length=128, editable=False)
    # What was looked at and refused so far, so that each gets one event (traces/).
    traces = models.TextField(blank=True, default="", db_default="", editable=False)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    last_active_at = models.DateTimeField(_("last activity"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # When the target said that they had not asked for the session, and when they took that back, both once at most.
    objected_at = models.DateTimeField(_("objected to"), null=True, blank=True)
    objection_withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    cause = models.CharField(_("cause"), max_length=30, choices=Cause.choices, blank=True)

    company_rules: str | None  # set by loader.find, or annotated by `with_rules`

    objects = AssumedSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("assumed session")
        verbose_name_plural = _("assumed sessions")
        default_permissions = ("view",)
        permissions = [
            ("end_assumedsession", _("End assumed sessions of others")),
            ("review_assumedsession", _("Review assumed sessions that people object to")),
        ]
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["actor"], condition=Q(ended_at=None), name="assumed_session_one_live_per_actor"
            ),
            # Nullable only for outer joins with a deleted user. The row itself always names both users.
            models.CheckConstraint(
                condition=Q(actor__isnull=False, target__isnull=False), name="assumed_session_names_both_people"
            ),
            models.CheckConstraint(condition=~Q(actor=F("target")), name="assumed_session_never_oneself"),
            models.CheckConstraint(
                condition=Q(ended_at=None, cause="") | (Q(ended_at__isnull=False) & ~Q(cause="")),
                name="assumed_session_ends_with_a_cause",
            ),
        ]
        # The first two: find the session of a browser whose key was lost or replaced. The third: count recent starts.
        # The fourth: tell users that their account is open.
        indexes = [
            models.Index(fields=["browser_session"], name="assumed_session_browser"),
            models.Index(fields=["started_from"], name="assumed_session_started_from"),
            models.Index(fields=["actor", "started_at"], name="assumed_session_starts_of"),
            models.Index(fields=["target"], condition=Q(ended_at=None), name="assumed_session_live_of_target"),
        ]

    def __str__(self):
        return str(self.pk)

    @property
    def looks_only(self) -> bool:
        return self.mode != Mode.ACT  # an unknown mode allows nothing

    @property
    def is_objected_to(self) -> bool:
        return self.objected_at is not None and self.objection_withdrawn_at is None

    @property
    def other_mode(self) -> Mode | None:
        """Return the mode that the actor may change to; None if they may not."""
        if self.actor is None or self.target is None:
            return None
        other = Mode.ACT if self.looks_only else Mode.LOOK_ONLY
        refused = refusal(standing(self.actor), standing(self.target), enabled=True, rights={other.right})
        return None if refused else other

    @property
    def login_as_rules(self) -> LoginAsRules:
        """Return the rules in force when the session was read; this costs a query if they were not read with it."""
        if not hasattr(self, "company_rules"):
            self.company_rules = read_stored_rules()
        return in_force(self.company_rules)

    @property
    def idle_at(self):
        """Return when the session expires without further activity."""
        return self.last_active_at + self.login_as_rules.idle

    @property
    def limit_at(self):
        """Return when the session expires whatever the activity."""
        return self.started_at + self.login_as_rules.limit

    @property
    def ends_at(self):
        """Return when the session expires, or has expired."""
        return min(self.idle_at, self.limit_at)

    @property
    def can_stay(self) -> bool:
        """Return whether more activity would prolong the session."""
        return self.idle_at < self.limit_at

    @property
    def seconds_left(self) -> int:
        """Return the whole seconds until the session expires."""
        return max(0, (self.ends_at - clock.now()) // timedelta(seconds=1))

    @property
    def minutes_left(self) -> int:
        """Return the minutes until the session expires, rounded up."""
        return max(0, -(-(self.ends_at - clock.now()) // timedelta(minutes=1)))

    def note_activity(self, now) -> bool:
        """Write down that the session is in use; return False, and change nothing, if it has ended."""
        if not AssumedSession.objects.live().filter(pk=self.pk).update(last_active_at=now):
            return False
        self.last_active_at = now
        return True

    def lock_live(self) -> str | None:
        """
        Lock the row until the transaction ends, so that nobody ends the session or changes its mode before.

        Return the mode that it has by now, or None if it has ended. Rows are locked in this order: users, assumed
        session, whatever the view changes, the head of the log.
        """
        live = AssumedSession.objects.live().filter(pk=self.pk).order_by()
        return next(iter(live.select_for_update(no_key=True).values_list("mode", flat=True)), None)

    def lock_traces(self) -> str | None:
        """Lock the row as `lock_live` does, and return its traces; None if the session has ended."""
        live = AssumedSession.objects.live().filter(pk=self.pk).order_by()
        return live.select_for_update(no_key=True).values_list("traces", flat=True).first()

    def limit_reached(self, now) -> Cause | None:
        """
        Return the limit that the session has reached, or None.

        If a clock was set back, times lie in the future. Each limit counts in both directions, so that a wrong clock
        does not prolong a session.
        """
        if abs(now - self.last_active_at) >= self.login_as_rules.idle:
            return Cause.IDLE
        if abs(now - self.started_at) >= self.login_as_rules.limit:
            return Cause.TIME_LIMIT
        return None


# The actor's live session, and idle sessions of other actors that nobody has ended; at most one per actor.
OWN_OR_IDLE = Statement(
    lambda: (
        AssumedSession.objects.live()
        .filter(
            Q(actor_id=Parameter("actor", models.BigIntegerField()))
            | Q(last_active_at__lte=Parameter("idle", models.DateTimeField()))
        )
        .order_by()
    )
)
STARTS_OF = Statement(
    lambda: (
        AssumedSession.objects.order_by()
        .filter(actor_id=Parameter("actor", models.BigIntegerField()))
        .filter(
            started_at__gt=Parameter("since", models.DateTimeField()),
            started_at__lt=Parameter("until", models.DateTimeField()),
        )
        .values("actor_id")
        .annotate(starts=models.Count("pk"))
        .values_list("starts")
    )
)


from .notices import Notice  # noqa: E402, F401  (where Django looks for models)
