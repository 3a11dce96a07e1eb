"""The state of an account as remarks for an actor who helps its user, the most decisive first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import User
from accounts.models.preferences import preferences_of

from . import facts, profile, requests, sign_in
from .buttons import Buttons
from .remark import Remark


@dataclass(frozen=True, slots=True)
class AccountState:
    """The remarks about an account, the most decisive first."""

    remarks: tuple[Remark, ...]

    @property
    def blocking(self) -> list[Remark]:
        """Return the remarks that say why the user can't sign in."""
        return [remark for remark in self.remarks if remark.blocks]

    @property
    def decisive(self) -> list[Remark]:
        """Return the remarks that say why the user can't sign in, and the likely cause of their question."""
        return [remark for remark in self.remarks if remark.blocks or remark.leading]

    @property
    def rest(self) -> list[Remark]:
        return [remark for remark in self.remarks if not (remark.blocks or remark.leading)]

    @property
    def first_blocking(self) -> Remark | None:
        return next((remark for remark in self.remarks if remark.blocks), None)

    @property
    def leading(self) -> Remark | None:
        """Return the first leading remark among those that don't block."""
        return next((remark for remark in self.remarks if remark.leading and not remark.blocks), None)


def state_of(user: User, actor: User, *, in_session: bool = False) -> AccountState:
    """
    Return how the account of a user stands, in the language and time zone of the actor.

    The caller has asked whether the actor may check the user's access. in_session: whether the actor is in an assumed
    session, in which the pages of the remedies are closed.
    """
    with preferences_of(actor):
        found = facts.read(user, actor)
        buttons = Buttons(actor, user, is_open=not in_session)
        said = [*sign_in.remarks(found, actor, buttons), *requests.remarks(found), *profile.remarks(found, buttons)]
    return AccountState(tuple(decisive_first(said)))


def decisive_first(remarks: Iterable[Remark]) -> list[Remark]:
    """Return what blocks, then what leads, then the rest; each in the order in which it was said."""
    return sorted(remarks, key=lambda remark: (not remark.blocks, not remark.leading))
