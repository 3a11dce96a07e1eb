"""Files of real HR systems with made-up people, kept in tests/accounts/user_import/files, and who comes of them."""

from pathlib import Path

from accounts.models import Department, User
from accounts.user_import.confirm import apply_confirmed
from accounts.user_import.forms import AnswersForm, name_of
from accounts.user_import.planning.mass_change import mass_change
from accounts.user_import.planning.planner import NO_CHOICES
from tests.support.import_files import planned

FILES = Path(__file__).parents[1] / "accounts" / "user_import" / "files"
SHOPS = "Harbour Coffee / Copenhagen / "


def plan_of(name, choices=NO_CHOICES, *, actor=None):
    """Return the plan of a kept file."""
    return planned((FILES / name).read_bytes(), name, actor=actor, choices=choices)


def asked(plan):
    """Return the kind and key of each question."""
    return [(str(question.kind), question.key) for question in plan.questions]


def answered(plan, answers, choices=NO_CHOICES):
    """Return the choices with answers as the page of the preview takes them: a value by the id of each question."""
    if not answers:
        return choices
    names = {question.id: name_of(question) for question in plan.questions}
    form = AnswersForm({names[key]: value for key, value in answers.items()}, plan=plan)
    assert form.is_valid(), form.errors
    return form.decided(choices, plan.columns)


def applied(plan):
    """Apply the plan with the number that confirms it, and return the counts."""
    assert [str(problem) for problem in plan.problems] == []
    assert asked(plan) == []
    change = mass_change(plan)
    return apply_confirmed(plan, actor=None, typed=change.number if change else None).counts


def coming(plan):
    """Return the people that a plan creates: what `people` will return of them."""
    return [
        (
            made.row.external_id or "",
            made.row.first_name,
            made.row.last_name or "",
            made.row.email,
            str(made.department or ""),
            made.job_profile,
            {True: "active", False: "gone", None: ""}[made.row.is_active],
        )
        for made in plan.creations
    ]


def path_of(department):
    above = Department.objects.filter(path__in=[department.path[:end] for end in range(4, len(department.path), 4)])
    return " / ".join([*above.order_by("path").values_list("name", flat=True), department.name])


def people():
    """Return everybody in the database, in the order of their creation."""
    return [
        (
            user.external_id or "",
            user.first_name,
            user.last_name,
            user.email,
            path_of(user.department) if user.department else "",
            user.job_profile.name if user.job_profile else "",
            "active" if user.is_active else "gone",
        )
        for user in User.objects.select_related("department", "job_profile").order_by("pk")
    ]


def told(text):
    """Return people from lines: HR identifier|first|last name|e-mail|department|job profile|active, gone or nothing."""
    rows = [line.strip().split("|") for line in text.strip().splitlines()]
    return [(*row[:4], row[4].replace("…", SHOPS), *row[5:]) for row in rows]
