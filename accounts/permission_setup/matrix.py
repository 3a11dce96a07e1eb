"""The matrix of Permission setup: features in the words of administrators, and the rights behind each box."""

from __future__ import annotations

from collections.abc import Iterable
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
    """
    A group of boxes.

    gists: what its boxes allow at most, the strongest first, each with the boxes that are enough for it.
    """

    name: str
    label: str | Promise
    boxes: tuple[Box, ...]
    gists: tuple[tuple[str | Promise, set[str]], ...]


def box_of(name: str, right: Right, *, company_wide: bool = False) -> Box:
    return Box(name, right.words, (right,), company_wide)


PEOPLE = (
    box_of("people_see", Right.SEE_PEOPLE),
    box_of("people_create", Right.CREATE_PEOPLE),
    box_of("people_edit", Right.EDIT_PEOPLE),
    box_of("people_deactivate", Right.DEACTIVATE_PEOPLE),
    box_of("people_import", Right.IMPORT_PEOPLE, company_wide=True),
    box_of("people_export", Right.EXPORT_PEOPLE),
    box_of("people_protect", Right.PROTECT_PEOPLE),
)
ON_BEHALF = (
    box_of("on_behalf_act", Right.ACT_ON_BEHALF),
    box_of("on_behalf_look", Right.LOOK_ONLY_ON_BEHALF),
    box_of("on_behalf_check", Right.CHECK_ACCESS),
    box_of("on_behalf_drafts", Right.KNOW_DRAFTS),
    box_of("on_behalf_protected", Right.LOG_IN_AS_PROTECTED),
    box_of("on_behalf_look_first", Right.BEGIN_BY_LOOKING),
    box_of("on_behalf_second_factor", Right.WITH_SECOND_FACTOR),
)
ORGANISATION = (
    box_of("departments", Right.MANAGE_DEPARTMENTS),
    box_of("job_profiles", Right.MANAGE_JOB_PROFILES, company_wide=True),
    box_of("permission_types", Right.MANAGE_PERMISSION_TYPES),
    box_of("settings", Right.MANAGE_SETTINGS, company_wide=True),
)
READ_LEARNING = Box("learning_see", _("See learning content"), ("learning.view_*",), company_wide=True)
WRITE_LEARNING = Box(
    "learning_edit",
    _("Edit learning content"),
    ("learning.add_*", "learning.change_*", "learning.delete_*"),
    company_wide=True,
)
LEARNING = (
    READ_LEARNING,
    WRITE_LEARNING,
    box_of("learning_progress", Right.SEE_PROGRESS),
    box_of("learning_help", Right.HELP_WITH_RESULTS),
)
AUDIT = (
    Box("audit_read", _("Read the audit log"), ("audit.view_auditevent",), company_wide=True),
    Box("audit_export", _("Export the audit log"), ("audit.export_auditevent",), company_wide=True),
)
ASSUMED_SESSIONS = (
    Box("assumed_see", _("See live sessions"), ("impersonation.view_assumedsession",), company_wide=True),
    Box("assumed_review", _("Review objections"), ("impersonation.review_assumedsession",), company_wide=True),
    Box("assumed_end", _("End live sessions"), ("impersonation.end_assumedsession",), company_wide=True),
)
FEATURES = (
    Feature(
        "people",
        _("People"),
        PEOPLE,
        (
            (
                _("Manage people"),
                {"people_create", "people_edit", "people_deactivate", "people_import", "people_protect"},
            ),
            (Right.SEE_PEOPLE.words, {"people_see", "people_export"}),
        ),
    ),
    Feature(
        "on_behalf",
        _("Login as User"),
        ON_BEHALF,
        (
            (Right.ACT_ON_BEHALF.words, {"on_behalf_act"}),
            (Right.LOOK_ONLY_ON_BEHALF.words, {"on_behalf_look"}),
            (Right.CHECK_ACCESS.words, {"on_behalf_check", "on_behalf_drafts"}),
            (Right.LOG_IN_AS_PROTECTED.words, {"on_behalf_protected"}),
            (_("Follow stricter rules"), {"on_behalf_look_first", "on_behalf_second_factor"}),
        ),
    ),
    Feature(
        "organisation",
        _("Organisation"),
        ORGANISATION,
        (
            (_("Decide who may do what"), {"permission_types"}),
            (Right.MANAGE_SETTINGS.words, {"settings"}),
            (_("Shape the organisation"), {"departments", "job_profiles"}),
        ),
    ),
    Feature(
        "learning",
        _("Learning content"),
        LEARNING,
        (
            (WRITE_LEARNING.label, {"learning_edit"}),
            (Right.HELP_WITH_RESULTS.words, {"learning_help"}),
            (Right.SEE_PROGRESS.words, {"learning_progress"}),
            (READ_LEARNING.label, {"learning_see"}),
        ),
    ),
    Feature("audit", _("Audit log"), AUDIT, ((AUDIT[0].label, {"audit_read"}), (AUDIT[1].label, {"audit_export"}))),
    Feature(
        "assumed_sessions",
        _("Assumed sessions"),
        ASSUMED_SESSIONS,
        tuple((box.label, {box.name}) for box in reversed(ASSUMED_SESSIONS)),
    ),
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


@dataclass(slots=True)
class Allowed:
    """What a permission type allows in a feature: the strongest thing, and the labels of all ticked boxes."""

    feature: Feature
    gist: str
    labels: list[str]


def allowed(matrix: Matrix, held: Holdings) -> list[Allowed]:
    """Return what these holdings allow, by feature; a feature without ticked boxes is left out."""
    ticked = matrix.ticked(held)
    found = []
    for feature in FEATURES:
        named = [str(box.label) for box in feature.boxes if box.name in ticked]
        if named:
            gist = next(phrase for phrase, enough in feature.gists if enough & ticked)
            found.append(Allowed(feature, str(gist), named))
    return found
