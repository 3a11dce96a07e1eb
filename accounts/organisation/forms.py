"""Forms of the organisation: a name, and a department or job profile to move to or to merge into."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.models import User
from accounts.policy.rights import Right
from accounts.users.fields import QuickSelect, indented
from accounts.visible_text import NameFormField

from .tree import Node, Tree

TOP = "top"


class NameForm(forms.Form):
    """
    The name of a department or job profile.

    stored: the name that it has; "" for a new one. `seen` is the stored name that the page was made from.
    """

    name = NameFormField(label=_("Name"), max_length=100)

    def __init__(self, data: Any = None, *, stored: str = ""):
        super().__init__(data, initial={"name": stored})
        self.seen = self.data.get("seen", "") if self.is_bound else stored


class ChoiceOfMany(forms.ChoiceField):
    """Choice of one among thousands."""

    widget = QuickSelect

    def offer(self, choices: Iterable[tuple[str, str]]) -> None:
        self.choices = [("", _("Please choose")), *choices]


class PlaceForm(forms.Form):
    """
    Where a department goes, or into which it is merged.

    Only departments in the scope of the actor's right are offered, without the department itself and what lies below
    it; the top of the tree only if `with_top`.
    """

    fields: dict[str, Any]

    place = ChoiceOfMany(error_messages={"required": _("Please choose a department.")})

    def __init__(self, data: Any = None, *, actor: User, tree: Tree, node: Node, label: Any, with_top: bool):
        super().__init__(data)
        self.fields["place"].label = label
        offered = [each for each in in_scope(actor, tree) if not each.is_in(node)]
        top = [(TOP, _("Top of the tree"))] if with_top and policy.holds(actor, Right.MANAGE_DEPARTMENTS) else []
        self.fields["place"].offer([*top, *((str(each.id), indented(each.name, each.depth)) for each in offered)])

    @property
    def number(self) -> int | None:
        """Return the id of the chosen department; None for the top of the tree."""
        chosen = self.cleaned_data["place"]
        return None if chosen == TOP else int(chosen)


def in_scope(actor: User, tree: Tree) -> list[Node]:
    """Return the departments that the actor may edit, in the order of the tree."""
    paths = policy.holdings(actor).paths(Right.MANAGE_DEPARTMENTS) if not actor.is_superuser else [""]
    return [node for root in tree.roots for node in root.branch() if any(node.path.startswith(path) for path in paths)]


class ProfileForm(forms.Form):
    """The job profile into which another one is merged. others: id and name of each that is offered."""

    fields: dict[str, Any]

    into = ChoiceOfMany(label=_("Merge into"), error_messages={"required": _("Please choose a job profile.")})

    def __init__(self, data: Any = None, *, others: Iterable[tuple[int, str]]):
        super().__init__(data)
        self.fields["into"].offer((str(pk), name) for pk, name in others)

    @property
    def number(self) -> int:
        return int(self.cleaned_data["into"])
