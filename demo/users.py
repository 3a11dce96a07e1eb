"""The people of Harbour Coffee: the ones in the documentation, and their colleagues."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.db import transaction
from django.db.models import Max

from accounts.models import Department, JobProfile, User
from accounts.models.email_addresses import store_email_addresses
from accounts.permission_setup import shipped
from accounts.user_import import Plan, apply_import, plan_import

PASSWORD = "standin-demo"  # noqa: S105 public on purpose
DOMAIN = "@harbour.example"
FILE = Path(__file__).with_name("people.csv")
REGIONAL_SUPPORT = "Regional support (Copenhagen)"

# What the file of HR does not contain: the permission types, and who may open the admin site.
PERMISSION_TYPES = {
    "owner": ["Owner"],
    "sam": ["Support"],
    "rita": [REGIONAL_SUPPORT],
    "mona": ["Manager"],
    "carl": ["Content creator", "Manager"],  # a right to see people also shows the participants of events
    "audrey": ["Auditor"],
    "lena": ["User"],
    "max": ["User"],
    "ina": ["User"],
}
STAFF = {"owner", "carl", "audrey"}
SUPERUSERS = {"owner"}

GENERATED = "colleague-"
BATCH = 5_000
FIRST_NAMES = "Anna Bo Clara Dag Ebba Finn Gry Hugo Ida Jonas Karen Leo Mie Noah Oda Per Runa Søren Tilde Ulla Åse"
LAST_NAMES = "Bang Dam Falk Friis Gram Holt Iversen Juhl Kruse Lund Møller Nørby Ravn Skou Toft Vang Winther Øst"


class ProblemsInDemo(Exception):
    """The demo's own file has problems that the import refuses."""


def strangers() -> int:
    """Return the number of users who don't belong to the demo."""
    return User.objects.exclude(email__endswith=DOMAIN).count()


def load() -> Plan:
    """Import the people of the demo, and give them permission types and the password; safe to repeat."""
    with FILE.open("rb") as content:
        plan = plan_import(content, FILE.name)
    if plan.problems:
        raise ProblemsInDemo("; ".join(map(str, plan.problems)))
    if plan.changes_anything:
        apply_import(plan)
    shipped.ship()
    copenhagen = Department.objects.get(name="Copenhagen", depth=2)
    shipped.ship_scoped(REGIONAL_SUPPORT, shipped.SUPPORT, copenhagen)
    give_rights()
    # One hash for everybody, because four hundred hashes of a public password would take a minute.
    User.objects.filter(email__endswith=DOMAIN, password__startswith=UNUSABLE_PASSWORD_PREFIX).update(
        password=make_password(PASSWORD)
    )
    return plan


def give_rights() -> None:
    """Give the people in the documentation their permission types."""
    for name, held in PERMISSION_TYPES.items():
        user = User.objects.get(email=name + DOMAIN)
        user.is_staff = name in STAFF
        user.is_superuser = name in SUPERUSERS
        user.save(update_fields=["is_staff", "is_superuser"])
        user.groups.add(*shipped.PermissionType.objects.filter(name__in=held))


def generate(count: int) -> Iterator[int]:
    """
    Add colleagues until there are `count` generated ones, and yield their number after each batch.

    The same number is always the same person. Departments and job profiles are used evenly.
    """
    first_names, last_names = FIRST_NAMES.split(), LAST_NAMES.split()
    departments = list(Department.objects.order_by("path").values_list("id", flat=True))
    profiles = list(JobProfile.objects.order_by("name").values_list("id", flat=True))
    password = make_password(PASSWORD)
    last = User.objects.filter(email__startswith=GENERATED, email__endswith=DOMAIN).aggregate(last=Max("email"))["last"]
    reached = int(last.removeprefix(GENERATED).removesuffix(DOMAIN)) if last else 0
    while reached < count:
        numbers = range(reached + 1, min(reached + BATCH, count) + 1)
        users = [
            User(
                email=f"{GENERATED}{number:07}{DOMAIN}",
                first_name=first_names[number % len(first_names)],
                last_name=f"{last_names[number // len(first_names) % len(last_names)]} {number}",
                external_id=f"G-{number:07}",
                department_id=departments[number * 7 % len(departments)],
                job_profile_id=profiles[number * 5 % len(profiles)],
                password=password,
                is_active=number % 50 != 0,
            )
            for number in numbers
        ]
        with transaction.atomic():
            User.objects.bulk_create(users, batch_size=1_000)
            store_email_addresses(users)
        reached = numbers[-1]
        yield reached
