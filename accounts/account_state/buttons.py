"""The buttons that put right what a remark says, each for an actor who may use it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.users.actions import why_not_change_status, why_not_edit_user
from accounts.users.invitations import why_not_invite
from accounts.users.remedies import why_not_help


@dataclass(frozen=True, slots=True)
class Remedy:
    """A button. is_form: whether it is sent by POST; otherwise it is a link to a page that asks first."""

    label: str
    address: str
    is_form: bool = True


@dataclass
class Buttons:
    """
    The remedies of one actor for one user. Each asks the rule that its view asks again.

    is_open: whether these pages are open; they are closed in an assumed session.
    """

    actor: User
    user: User
    is_open: bool

    @cached_property
    def may_help(self) -> bool:
        return self.is_open and why_not_help(self.actor, self.user) is None

    @cached_property
    def may_edit(self) -> bool:
        return self.is_open and why_not_edit_user(self.actor, self.user) is None

    def reactivate(self) -> list[Remedy]:
        may = self.is_open and why_not_change_status(self.actor, self.user) is None
        return self.button(may, _("Reactivate"), "user_reactivate")

    def invite(self) -> list[Remedy]:
        may = self.is_open and why_not_invite(self.actor, self.user) is None
        return self.button(may, _("Send an invitation"), "user_invite")

    def send_password_link(self) -> list[Remedy]:
        return self.button(self.may_help, _("Send a link to a new password"), "user_send_password_link")

    def lift_lock(self) -> list[Remedy]:
        return self.button(self.may_help, _("Lift the sign-in lock"), "user_lift_sign_in_lock")

    def remove_second_factors(self) -> list[Remedy]:
        return self.button(self.may_help, _("Remove second factor…"), "user_remove_second_factors", is_form=False)

    def edit(self) -> list[Remedy]:
        return self.button(self.may_edit, _("Edit"), "user_edit", is_form=False)

    def button(self, may: bool, label: str, page: str, *, is_form: bool = True) -> list[Remedy]:
        return [Remedy(label, reverse(page, args=[self.user.pk]), is_form)] if may else []
