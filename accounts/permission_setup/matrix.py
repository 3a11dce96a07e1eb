"""The matrix of Permission setup: features in the words of administrators, and the rights behind each box."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from django.contrib.auth.models import Permission
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.policy.holdings import Holding, Holdings
from accounts.policy.rights import Right


@dataclass(frozen=True, slots=True)
class Box:
    """
    A checkbox of the matrix.

    rights: names as stored; "*" matches every right of the app. company_wide: whether departments can't scope it.
    """

    name: str
    label: str | Promise
    rights: tuple[str, ...]
    company_wide: bool = False


@dataclass(frozen=True, slots=True)
class Feature:
    name: str
    label: str | Promise
    boxes: tuple[Box, ...]


PEOPLE = (
    Box("people_see", _("See"), (Right.SEE_PEOPLE,)),
    Box("people_create", _("Create"), (Right.CREATE_PEOPLE,)),
    Box("people_edit", _("Edit"), (Right.EDIT_PEOPLE,)),
    Box("people_deactivate", _("Deactivate"), (Right.DEACTIVATE_PEOPLE,)),
    Box("people_import", _("Import"), (Right.IMPORT_PEOPLE,), company_wide=True),
    Box("people_export", _("Export"), (Right.EXPORT_PEOPLE,)),
    Box("people_protect", _("Protect accounts"), (Right.PROTECT_PEOPLE,)),
)
ON_BEHALF = (
    Box("on_behalf_act", _("Act"), (Right.ACT_ON_BEHALF,)),
    Box("on_behalf_look", _("Look only"), (Right.LOOK_ONLY_ON_BEHALF,)),
    Box("on_behalf_check", _("Check access"), (Right.CHECK_ACCESS,)),
    Box("on_behalf_drafts", _("Know that drafts exist"), (Right.KNOW_DRAFTS,)),
    Box("on_behalf_protected", _("Protected accounts too"), (Right.LOG_IN_AS_PROTECTED,)),
    Box("on_behalf_look_first", _("Always begin by looking"), (Right.BEGIN_BY_LOOKING,)),
    Box("on_behalf_second_factor", _("Only with a second factor, administration too"), (Right.WITH_SECOND_FACTOR,)),
)
ORGANISATION = (
    Box("departments", _("Departments"), (Right.MANAGE_DEPARTMENTS,)),
    Box("job_profiles", _("Job profiles"), (Right.MANAGE_JOB_PROFILES,), company_wide=True),
    Box("permission_types", _("Permission types: edit and assign"), (Right.MANAGE_PERMISSION_TYPES,)),
    Box("settings", _("Settings"), (Right.MANAGE_SETTINGS,), company_wide=True),
)
LEARNING = (
    Box("learning_see", _("See"), ("learning.view_*",), company_wide=True),
    Box("learning_edit", _("Edit"), ("learning.add_*", "learning.change_*", "learning.delete_*"), company_wide=True),
    Box("learning_progress", _("See how far people are"), (Right.SEE_PROGRESS,)),
    Box("learning_help", _("Give another try and more time"), (Right.HELP_WITH_RESULTS,)),
)
AUDIT = (
    Box("audit_read", _("Read"), ("audit.view_auditevent",), company_wide=True),
    Box("audit_export", _("Export"), ("audit.export_auditevent",), company_wide=True),
)
ASSUMED_SESSIONS = (
    Box("assumed_see", _("See live ones"), ("impersonation.view_assumedsession",), company_wide=True),
    Box("assumed_review", _("Review objections"), ("impersonation.review_assumedsession",), company_wide=True),
    Box("assumed_end", _("End them"), ("impersonation.end_assumedsession",), company_wide=True),
)
FEATURES = (
    Feature("people", _("People"), PEOPLE),
    Feature("on_behalf", _("Log in on behalf"), ON_BEHALF),
    Feature("organisation", _("Organisation"), ORGANISATION),
    Feature("learning", _("Learning content"), LEARNING),
    Feature("audit", _("Audit log"), AUDIT),
    Feature("assumed_sessions", _("Assumed sessions"), ASSUMED_SESSIONS),
)
BOXES = {box.name: box for feature in FEATURES for box in feature.boxes}


class Matrix:
    """The boxes with the rights behind each of them in this installation."""

    def __init__(self) -> None:
        named = Permission.objects.values_list("content_type__app_label", "codename", "pk")
        self.ids = {f"{app}.{codename}": pk for app, codename, pk in named}
        self.rights = {
            name: frozenset(right for right in self.ids if any(fnmatchcase(right, wanted) for wanted in box.rights))
            for name, box in BOXES.items()
        }

    def ticked(self, held: Holdings) -> set[str]:
        """Return the names of the boxes whose rights are all held somewhere."""
        found = {holding.right for holding in held}
        return {name for name, rights in self.rights.items() if rights and rights <= found}

    def holdings(self, names: Iterable[str], paths: Iterable[str]) -> Holdings:
        """Return the holdings of a type with these boxes at and below each of these paths ("": company-wide)."""
        places = list(paths)
        return Holdings(Holding(right, path) for name in names for right in self.rights[name] for path in places)

    def of_box(self, name: str, held: Holdings) -> Holdings:
        """Return the part of the holdings that a box stands for."""
        return Holdings(holding for holding in held if holding.right in self.rights[name])

    def outside(self, held: Holdings) -> Holdings:
        """Return the part of the holdings that no box stands for."""
        known = frozenset().union(*self.rights.values())
        return Holdings(holding for holding in held if holding.right not in known)


def label(box: Box) -> str:
    """Return the label of a box with its feature, such as "People: See"."""
    feature = next(feature for feature in FEATURES if box in feature.boxes)
    return f"{feature.label}: {box.label}"


def labels(matrix: Matrix, held: Holdings) -> Iterator[tuple[Feature, list[str]]]:
    """Yield each feature with the labels of its ticked boxes; a feature without ticked boxes is left out."""
    ticked = matrix.ticked(held)
    for feature in FEATURES:
        named = [str(box.label) for box in feature.boxes if box.name in ticked]
        if named:
            yield feature, named
