"""What a refused page of the administration says: which right is missing, as Permission setup calls it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from django.utils.translation import gettext as _

from accounts import policy
from accounts.permission_setup.matrix import BOXES

# What a view of a model needs, by the last word of its name; any other view reads.
NEEDS = {"add": "add", "change": "change", "delete": "delete", "export": "export", "end": "end"}


def missing_right(view_name: str, user: Any, *, reads: bool) -> str:
    """
    Return the sentence for a refused view of the administration, such as "admin:audit_auditevent_export".

    reads: whether the request only looks. The sentence is "" if the user holds the right and something else is the
    matter, or if there is no such right: nobody changes the log.
    """
    app, _underscore, rest = view_name.removeprefix("admin:").partition("_")
    model, _underscore, action = rest.rpartition("_")
    verb = NEEDS.get(action, "view")
    right = f"{app}.{'view' if verb == 'change' and reads else verb}_{model}"
    box = next((box for box in BOXES.values() if any(fnmatchcase(right, each) for each in box.rights)), None)
    if box is None or policy.holds(user, right):
        return ""
    sentence = _(
        "You don't have access to this page, and nothing was changed. Ask the owner of the platform for “%(right)s”."
    )
    return sentence % {"right": box.label}
