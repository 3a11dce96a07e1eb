"""The steps of a company's first hour: what each is good for, whether it is done, and where it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.authorization.changes import why_not_edit_settings
from accounts.models import User
from accounts.permission_setup.actions import why_not_create_type
from accounts.policy.rights import Right
from accounts.user_import.confirm import why_not_import
from accounts.users.actions import why_not_create_user

from .facts import Facts

ADD_CONTENT = "learning.add_module"  # named as text, because the app that declares it is above this one


@dataclass(frozen=True, slots=True)
class Step:
    """
    A step, as one reader sees it.

    purpose: one sentence. action: the text of the link to address. done_by: who does it, if the reader may not.
    """

    name: str
    title: Any
    purpose: Any
    is_done: bool
    may: bool
    address: str
    action: Any
    done_by: Any
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Checklist:
    """The steps in their order; optional ones are not counted."""

    steps: list[Step]
    is_hidden: bool

    @classmethod
    def of(cls, reader: User) -> Checklist:
        """Return the checklist of a reader who may edit the company's settings; one query."""
        facts = Facts.read(reader)
        return cls([write(reader, facts) for write in STEPS], facts.is_hidden)

    @property
    def counted(self) -> list[Step]:
        return [step for step in self.steps if not step.is_optional]

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.counted)

    @property
    def total(self) -> int:
        return len(self.counted)

    @property
    def is_complete(self) -> bool:
        return self.done == self.total

    @property
    def next_step(self) -> Step | None:
        """Return the first open step that the reader may do, else the first open one."""
        left = [step for step in self.counted if not step.is_done]
        return next((step for step in left if step.may), left[0] if left else None)


def may_read(reader: User) -> bool:
    """Return whether somebody sees the first steps: it takes the right to edit the company's settings."""
    return why_not_edit_settings(reader) is None


def checklist_of_dashboard(reader: User, assumed_session: object) -> Checklist | None:
    """Return the checklist for the reader's own dashboard while steps are open; no query for other people."""
    if assumed_session or not may_read(reader):
        return None
    checklist = Checklist.of(reader)
    return None if checklist.is_hidden or checklist.is_complete else checklist


def page_of_organisation(reader: User, right: Right) -> str:
    """Return the address of the page Organisation; "" if this installation has none, or it is closed to the reader."""
    try:
        return reverse("organisation") if policy.holds_anywhere(reader, right) else ""
    except NoReverseMatch:
        return ""


def second_factor(reader: User, facts: Facts) -> Step:
    return Step(
        name="second_factor",
        title=_("Protect your own account"),
        purpose=_("Your account can change everything, so a password alone should not open it."),
        is_done=facts.has_second_factor,
        may=True,
        address=reverse("mfa_index"),
        action=_("Set up a second factor"),
        done_by="",
    )


def mail(reader: User, facts: Facts) -> Step:
    return Step(
        name="mail",
        title=_("See that mail arrives"),
        purpose=_("Invitations and links to a new password come by mail; without it, nobody can sign in."),
        is_done=facts.has_sent_mail,
        may=True,
        address=f"{reverse('first_steps')}#step-mail",
        action=_("Send a test mail"),
        done_by="",
    )


def departments(reader: User, facts: Facts) -> Step:
    page = page_of_organisation(reader, Right.MANAGE_DEPARTMENTS)
    return Step(
        name="departments",
        title=_("Make your departments"),
        purpose=_("Departments decide who sees which content, and for which people somebody's rights apply."),
        is_done=facts.has_departments,
        may=bool(page) or why_not_import(reader) is None,
        address=page or reverse("user_import"),
        action=_("Make departments") if page else _("Import a file that names them"),
        done_by=_("Somebody who may edit departments, or import people, does this."),
    )


def job_profiles(reader: User, facts: Facts) -> Step:
    page = page_of_organisation(reader, Right.MANAGE_JOB_PROFILES)
    return Step(
        name="job_profiles",
        title=_("Name the jobs"),
        purpose=_("With job profiles, content reaches everybody who does the same job, wherever they work."),
        is_done=facts.has_job_profiles,
        may=bool(page) or why_not_import(reader) is None,
        address=page or reverse("user_import"),
        action=_("Make job profiles") if page else _("Import a file that names them"),
        done_by=_("Somebody who may edit job profiles, or import people, does this."),
        is_optional=True,
    )


def people(reader: User, facts: Facts) -> Step:
    may_import = why_not_import(reader) is None
    return Step(
        name="people",
        title=_("Bring your people in"),
        purpose=_("Import the list of your HR system, or create people one by one."),
        is_done=facts.has_people,
        may=may_import or why_not_create_user(reader) is None,
        address=reverse("user_import" if may_import else "user_create"),
        action=_("Import people") if may_import else _("Create a person"),
        done_by=_("Somebody who may import or create people does this."),
    )


def permission_types(reader: User, facts: Facts) -> Step:
    return Step(
        name="permission_types",
        title=_("Set up permission types"),
        purpose=_("A permission type says what its holders may do, so that not everybody needs an owner."),
        is_done=facts.has_permission_types,
        may=why_not_create_type(reader) is None,
        address=reverse("permission_type_list"),
        action=_("Open Permission setup"),
        done_by=_("Somebody who may edit permission types does this."),
    )


def helpers(reader: User, facts: Facts) -> Step:
    may_see = policy.holds_anywhere(reader, Right.SEE_PEOPLE)
    is_on = reader.login_as_rules.login_as_enabled
    return Step(
        name="helpers",
        title=_("Choose who helps people"),
        purpose=_("Give somebody besides you a permission type with Login as User, such as Support."),
        is_done=facts.has_helper or not is_on,
        may=may_see and policy.holds_anywhere(reader, Right.MANAGE_PERMISSION_TYPES),
        address=reverse("user_list"),
        action=_("Choose a person in User Management"),
        done_by=_("Somebody who may assign permission types does this."),
    )


def login_as_rules(reader: User, facts: Facts) -> Step:
    return Step(
        name="login_as_rules",
        title=_("Decide the rules of Login as User"),
        purpose=_("Look at what people are told and how long a session lasts, and save it, changed or not."),
        is_done=facts.has_saved_settings,
        may=True,
        address=reverse("organisation_settings"),
        action=_("Open Company settings"),
        done_by="",
    )


def brand(reader: User, facts: Facts) -> Step:
    return Step(
        name="brand",
        title=_("Give it your company's name"),
        purpose=_("Pages, the sign-in page and mails show your company's name, logo and colour."),
        is_done=facts.has_name,
        may=True,
        address=reverse("brand_settings"),
        action=_("Set name and logo"),
        done_by="",
        is_optional=True,
    )


def content(reader: User, facts: Facts) -> Step:
    return Step(
        name="content",
        title=_("Publish something to learn"),
        purpose=_("Write a module, an event or a document, say who it is for, and publish it."),
        is_done=facts.has_content,
        may=reader.is_staff and policy.holds(reader, ADD_CONTENT),
        address=reverse("admin:learning_module_add"),
        action=_("Write a module"),
        done_by=_("Somebody who writes content does this, such as a Content creator."),
    )


def first_learner(reader: User, facts: Facts) -> Step:
    may_see = policy.holds_anywhere(reader, Right.SEE_PEOPLE)
    may_invite = any(policy.holds_anywhere(reader, right) for right in (Right.CREATE_PEOPLE, Right.EDIT_PEOPLE))
    return Step(
        name="first_learner",
        title=_("Invite somebody"),
        purpose=_("This is done when the first person has followed the invitation and signed in."),
        is_done=facts.has_learner,
        may=may_see and may_invite,
        address=reverse("user_list"),
        action=_("Open a person in User Management"),
        done_by=_("Somebody who may create or edit people does this."),
    )


STEPS: tuple[Callable[[User, Facts], Step], ...] = (
    second_factor, mail, brand, departments, job_profiles, people, permission_types, helpers, login_as_rules, content,
    first_learner,
)  # fmt: skip
