"""The entrance of the demo: who can be tried with one click, and a tour that ticks off what was really done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.kinds import Kind
from audit.models import AuditEvent, AuditText, Part
from learning.models import Module

from .users import DOMAIN

# The request of the last event that loading the demo records; the tour counts what follows.
LOADED = UUID("5ca1ab1e-0000-4000-8000-000000000060")
STUCK = "Food safety basics"
TOUR_HIDDEN = "demo_tour_hidden"  # a cookie: this browser closed the tour
TOUR_TOLD = "demo_tour_told"  # in the browser session: the end of the tour was told


@dataclass(frozen=True, slots=True)
class Card:
    """A person of the demo: what they are, what there is to try, and where they begin."""

    name: str
    first_name: str
    role: Any
    hint: Any
    begins_at: str = "dashboard"

    @property
    def email(self) -> str:
        return self.name + DOMAIN


LOG = "admin:audit_auditevent_changelist"
CARDS = (
    Card("sam", "Sam", _("Support"), _("Can log in as everybody who holds no more rights."), "user_list"),
    Card("rita", "Rita", _("Regional support"), _("The same, for Copenhagen only."), "user_list"),
    Card("lena", "Lena", _("Barista"), _("Can't submit Food safety basics.")),
    Card("max", "Max", _("Barista in Aarhus"), _("Can't find Latte art night.")),
    Card("mona", "Mona", _("Manager"), _("Sees people, and why she may not log in as them."), "user_list"),
    Card("carl", "Carl", _("Content creator"), _("Writes modules, events and documents.")),
    Card("audrey", "Audrey", _("Auditor"), _("Reads who was in whose account, and why."), LOG),
    Card("owner", "Olivia", _("Owner"), _("Sets the company up and its rules.")),
    Card("ina", "Ina", _("Deactivated"), _("Can't sign in, and nobody can log in as her.")),
)  # fmt: skip
BY_NAME = {card.name: card for card in CARDS}


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the tour. is_done: whether the log says so. address: where to do it; "" if not for the reader."""

    text: Any
    is_done: bool
    address: str = ""


@dataclass(frozen=True, slots=True)
class Tour:
    """The tour: five steps, one minute. is_told: whether this page is the place to say that it is done."""

    steps: list[Step]
    is_told: bool = False

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)

    @property
    def total(self) -> int:
        return len(self.steps)

    @property
    def number(self) -> int:
        """Return the number of the next step."""
        return next((place for place, step in enumerate(self.steps, 1) if not step.is_done), self.total)

    @property
    def next_step(self) -> Step | None:
        return next((step for step in self.steps if not step.is_done), None)


def tour(request: Any) -> Tour:
    """
    Return the tour with what was done since the demo was loaded, in four queries.

    The page of Lena's module counts as opened while it is built, because its look is recorded when it is complete.
    """
    people = dict(
        User.objects.filter(email__in=[BY_NAME[name].email for name in ("sam", "lena", "audrey")]).values_list(
            "email", "pk"
        )
    )
    sam, lena, audrey = (people.get(name + DOMAIN) for name in ("sam", "lena", "audrey"))
    since = AuditEvent.objects.filter(request_id=LOADED).order_by("-seq").values_list("seq", flat=True)[:1]
    visits = Q(actor_id=sam, target_id=lena)
    kinds = (Kind.ASSUMED_SESSION_STARTED, Kind.ASSUMED_SESSION_ENDED)
    asked = (visits & Q(kind__in=kinds)) | Q(kind=Kind.SIGN_IN_SUCCEEDED, actor_id__in=[sam, audrey])
    found = list(AuditEvent.objects.filter(asked, seq__gt=since).order_by("seq").values_list("seq", "kind", "actor_id"))
    seen = AuditText.objects.filter(
        event__kind=Kind.ASSUMED_SESSION_LOOKED, event__actor_id=sam, event__target_id=lena, event__seq__gt=since,
        part=Part.DETAIL, text__contains=STUCK,
    )  # fmt: skip
    stuck = Module.objects.filter(title=STUCK).order_by("pk").first()
    module = stuck.get_absolute_url() if stuck else ""
    session = request.assumed_session
    is_sam = bool(request.user.is_authenticated and request.actor.pk == sam)
    in_lenas_account = bool(is_sam and session and session.target_id == lena)
    left = [seq for seq, kind, _actor in found if kind == Kind.ASSUMED_SESSION_ENDED]
    signed_in = {(kind, actor) for _seq, kind, actor in found}
    read = [
        seq
        for seq, kind, actor in found
        if left and seq > left[0] and (kind, actor) == (Kind.SIGN_IN_SUCCEEDED, audrey)
    ]
    # Somebody who is signed in signs out first; the page after that has the people.
    sign_out = reverse("account_logout") if request.user.is_authenticated else ""
    return Tour(
        [
            Step(_("Sign in as Sam, who helps people."), (Kind.SIGN_IN_SUCCEEDED, sam) in signed_in, sign_out),
            Step(
                _("Find Lena in User Management. Choose Login as User in the menu of her row."),
                (Kind.ASSUMED_SESSION_STARTED, sam) in signed_in,
                reverse("user_list") + "?q=lena" if is_sam and not session else "",
            ),
            Step(
                _("Open Food safety basics and see why she can't submit it."),
                (in_lenas_account and request.path == module) or seen.exists(),
                module if in_lenas_account else "",
            ),
            Step(_("Exit her account: you are signed out entirely."), bool(left)),
            Step(_("Sign in as Audrey. Read in the audit log what you did."), bool(read), sign_out),
        ],
        is_told=len(read) == 1 and request.user.is_authenticated and request.user.pk == audrey,
    )


def bar(request: Any) -> Tour | None:
    """
    Return the tour for the bar at the end of a page; None if this browser hides it, or when its end was told.

    The end is told once, to Audrey, who does the last step.
    """
    if not request.user.is_authenticated or TOUR_HIDDEN in request.COOKIES:
        return None
    found = tour(request)
    if found.next_step:
        return found
    if not found.is_told or request.session.get(TOUR_TOLD):
        return None
    request.session[TOUR_TOLD] = True
    return found


def cards() -> tuple[Card, ...]:
    """Return the cards of the entrance; none outside the demo."""
    return CARDS if settings.DEMO else ()


def beginning(card: Card) -> str:
    """Return the address at which a person of the demo begins."""
    return reverse(card.begins_at)
