"""Groups of kinds of audit events, as the chips above the auditor's list show them."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy

from .kinds import Kind


class Group(TextChoices):
    """Groups of kinds, as the chips above the auditor's list."""

    SESSIONS = "sessions", gettext_lazy("Sessions")
    PEOPLE = "people", gettext_lazy("People")
    RIGHTS = "rights", gettext_lazy("Rights")
    LEARNING = "learning", gettext_lazy("Learning")
    SIGN_INS = "sign_ins", gettext_lazy("Sign-ins")
    LOG = "log", gettext_lazy("Log")

    @property
    def kinds(self) -> list[Kind]:
        return [kind for kind in Kind if GROUP_OF[kind.partition(".")[0]] == self]


GROUP_OF = {
    "assumed_session": Group.SESSIONS, "access": Group.SESSIONS, "user": Group.PEOPLE, "mail": Group.PEOPLE,
    "department": Group.PEOPLE, "job_profile": Group.PEOPLE, "permission_type": Group.RIGHTS,
    "organisation": Group.RIGHTS, "registration": Group.LEARNING, "result": Group.LEARNING,
    "due_date": Group.LEARNING, "answer": Group.LEARNING, "content": Group.LEARNING, "question": Group.LEARNING,
    "sign_in": Group.SIGN_INS, "audit": Group.LOG,
}  # fmt: skip
