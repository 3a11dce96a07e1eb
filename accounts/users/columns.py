"""The columns of User Management: which there are, and which the address chooses."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

LABELS = {
    "name": _("Name"),
    "email": _("Email"),
    "department": _("Department"),
    "job_profile": _("Job profile"),
    "identifier": _("HR identifier"),
    "types": _("Permission types"),
    "status": _("Status"),
    "last_sign_in": _("Last sign-in"),
}
# The name is always there. A status other than active stands beside it.
OPTIONAL = tuple(name for name in LABELS if name != "name")
USUAL = ("email", "department", "types", "last_sign_in")
PAGE_SIZES = (25, 50, 100)


def chosen(values: Iterable[str]) -> tuple[str, ...]:
    """Return the columns beside the name that the values name, divided by commas; the usual ones if they name none."""
    named = {name for value in values for name in value.split(",")}
    return tuple(name for name in OPTIONAL if name in named) or USUAL


def page_size(value: str) -> int:
    return int(value) if value in {str(size) for size in PAGE_SIZES} else PAGE_SIZES[0]
