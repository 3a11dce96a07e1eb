"""Other accounts of the same person: the same name, HR identifier or mailbox name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import Case, F, Q, When
from django.db.models.functions import Upper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import policy
from accounts.models import User
from accounts.models.preferences import moment
from accounts.models.same_names import is_called
from accounts.policy.rights import Right

MOST = 3
NAMESAKES = 3  # a name that more people have says nothing
LONGEST_NUMBER = 12  # digits of an HR identifier with its leading zeros
NUMBERED = re.compile(r"(\D*)0*(\d+)")
COMMON_MAILBOXES = frozenset({"admin", "contact", "hr", "info", "kontakt", "mail", "office", "post", "support"})
WHY = {
    "identifier": gettext_lazy("There is another account with this HR identifier, %(email)s."),
    "address": gettext_lazy("There is another account with a similar address, %(email)s."),
    "name": gettext_lazy("There is another account of this name, %(email)s."),
}


@dataclass(frozen=True, slots=True)
class OtherAccount:
    """Another account. why: what is the same: "identifier", "address" or "name". address: its page; "" in a session."""

    user: User
    why: str
    address: str = ""

    def sentence(self) -> str:
        """Return whose account it is, whether it is active, and when somebody last signed in to it."""
        user = self.user
        told = [WHY[self.why] % {"email": user.email}]
        if user.department:
            told.append(_("It belongs to %(department)s.") % {"department": user.department.name})
        if not user.is_active:
            told.append(_("It is deactivated."))
        if user.last_login:
            told.append(_("Its last sign-in was on %(at)s.") % {"at": moment(user.last_login)})
        else:
            told.append(_("Nobody has signed in to it yet."))
        return " ".join(told)


def other_accounts(user: User, actor: User, *, in_session: bool = False) -> list[OtherAccount]:
    """
    Return at most MOST accounts that may belong to the same person, the surest first, in one query.

    Only accounts that the actor may see and check. A name that more than NAMESAKES others have says nothing.
    in_session: whether the actor is in an assumed session, whose pages show other people by the rights of the target.
    """
    spellings = spellings_of(user.external_id or "")
    same_name = Q(is_called(user.first_name, user.last_name))
    same_mailbox = Q() if mailbox_of(user) in COMMON_MAILBOXES else Q(email__startswith=f"{mailbox_of(user)}@")
    same_identifier = Q(capitals__in=spellings) if spellings else Q()
    surest = Case(*(When(part, then=n) for n, part in enumerate((same_identifier, same_mailbox)) if part), default=2)
    users = User.objects.visible_to(actor).filter(policy.in_scope(actor, Right.CHECK_ACCESS)).exclude(pk=user.pk)
    users = users.alias(capitals=Upper("external_id")).filter(same_name | same_mailbox | same_identifier)
    users = users.with_standing().select_related("department", "job_profile")
    found = users.order_by(surest, F("last_login").desc(nulls_last=True), "pk")[: MOST + NAMESAKES + 1]
    others = [
        OtherAccount(other, why_alike(user, other, spellings), "" if in_session else other.get_absolute_url())
        for other in found
    ]
    namesakes = [other for other in others if other.why == "name"]
    if len(namesakes) > NAMESAKES:
        others = [other for other in others if other.why != "name"]
    return others[:MOST]


def why_alike(user: User, other: User, spellings: list[str]) -> str:
    """Return the surest thing that two accounts have in common."""
    if other.external_id and other.external_id.upper() in spellings:
        return "identifier"
    if mailbox_of(user) == mailbox_of(other) and mailbox_of(user) not in COMMON_MAILBOXES:
        return "address"
    return "name"


def mailbox_of(user: User) -> str:
    return user.email.partition("@")[0]


def spellings_of(identifier: str) -> list[str]:
    """Return an identifier in capitals and, if it ends in a number, with and without leading zeros of the number."""
    found = NUMBERED.fullmatch(identifier.upper())
    if found is None:
        return [identifier.upper()] if identifier else []
    letters, digits = found.groups()
    return [letters + digits.zfill(length) for length in range(len(digits), max(len(digits), LONGEST_NUMBER) + 1)]
