"""The pages about one user: each has an address of its own, and a tab on the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.models import User
from accounts.policy.rights import Right


@dataclass(frozen=True, slots=True)
class Tab:
    """
    A page about a user.

    view: the name of its address, whose argument is the user's id. place: where it stands among the tabs. may: whether
    an actor who sees the user may open it.
    """

    view: str
    label: str | Promise
    place: int
    may: Callable[[User, User], bool]


def sees(actor: User, user: User) -> bool:
    return policy.reaches(actor, Right.SEE_PEOPLE, user)


# Apps above this one add their own pages.
TABS: list[Tab] = [
    Tab("user_detail", _("Overview"), 0, sees),
    Tab("user_activity", _("Activity"), 30, sees),
]


def tabs_for(actor: Any, user: User) -> list[Tab]:
    """Return the pages about the user that the actor may open, in their order."""
    return [tab for tab in sorted(TABS, key=lambda tab: tab.place) if tab.may(actor, user)]
