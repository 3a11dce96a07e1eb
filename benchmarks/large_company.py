"""Generator of a large company of realistic shape: many common names, a deep tree, a few permission types."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Department, JobProfile, PermissionType, User
from accounts.models.folding import folded
from accounts.permission_setup import shipped

REGIONS, CITIES, SHOPS = 12, 12, 10
PLAIN_LETTERS = {"ø": "oe", "Ø": "Oe", "æ": "ae", "Æ": "Ae", "å": "aa", "Å": "Aa"}
PLACES = "North South East West Harbour Station Market Castle Garden Mill Bridge Island"
FIRST_NAMES = (
    "Aisha Alma Anders Anna Arthur Asta Bent Birgit Bo Camilla Carla Christian Clara Dag Ditte Ebba Elif Ella "
    "Emil Emma Erik Esben Finn Frida Gry Hanne Hassan Helle Henrik Hugo Ida Inger Ivan Jakob Jens Jonas "
    "Josefine Karen Karl Kim Kirsten Lars Laura Lea Leo Li Lone Lotte Mads Malthe Maria Marie Mathilde Mette "
    "Mia Mikkel Mohammed Morten Linh Nanna Niels Noah Nora Oda Ole Omar Oscar Per Peter Pia Rasmus Rikke Runa "
    "Sara Signe Simon Sofie Søren Thea Thomas Tilde Tine Tobias Ulla Vera Viggo Vilma William Xenia Yusuf Zoe "
    "Åse Øyvind"
)
LAST_NAMES = (
    "Ahmed Andersen Bach Bak Bang Berg Brandt Bruun Christensen Clausen Dahl Dam Eriksen Falk Frandsen Friis "
    "Gram Gregersen Hald Hansen Henriksen Holm Holt Iversen Jensen Jeppesen Johansen Juhl Jørgensen Karlsen "
    "Kjær Knudsen Kristensen Kruse Larsen Lauridsen Lind Lund Madsen Mikkelsen Mortensen Møller Ng Nguyen "
    "Nielsen Olsen Pedersen Petersen Rasmussen Ravn Schmidt Simonsen Skou Sørensen Thomsen Toft Vang "
    "Vestergaard Winther Jacobsen Poulsen Wu Østergaard"
)


def build(people: int) -> None:
    """Add a number of users to the demo company, and update the database's statistics, as a nightly VACUUM does."""
    shops = departments()
    before = User.objects.count()
    with transaction.atomic():
        add_users(shops, people)
        give_types(shops)
    assert User.objects.count() == before + people
    update_statistics()


def add_users(shops: list[int], people: int, first: int = 1) -> None:
    """Add users without any right. first: the number of the first one, because addresses of others hold theirs."""
    with transaction.atomic():
        password = User.objects.get(email="sam@harbour.example").password
        profiles = list(JobProfile.objects.order_by("name").values_list("pk", flat=True))
        columns = ["email", "first_name", "last_name", "department_id", "job_profile_id", "is_active", "last_login"]
        columns.append("name_folded")
        fixed = {
            "password": password, "language": "en", "time_zone": "Europe/Copenhagen", "created_at": timezone.now(),
            "is_staff": False, "is_superuser": False, "is_protected": False,
        }  # fmt: skip
        users = generated(people, shops, profiles, first)
        copy(User, [*columns, *fixed], ((*user, *fixed.values()) for user in users))


def update_statistics() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def departments() -> list[int]:
    """Create three levels of departments below the company. Return the primary keys of the lowest, region by region."""
    company, places = Department.objects.get(depth=1), PLACES.split()
    regions = list(Department.objects.get_children(company))
    for number in range(len(regions), REGIONS):
        regions.append(Department.objects.add_child(refreshed(company), {"name": f"Region {number}"}))
    shops = []
    for region in regions[:REGIONS]:
        for city in range(CITIES):
            made = Department.objects.add_child(refreshed(region), {"name": f"{places[city]} {region.name}"})
            for shop in range(SHOPS):
                name = f"{places[shop]} shop"
                shops.append(Department.objects.add_child(refreshed(made), {"name": name}).pk)
    return shops


def refreshed(department: Department) -> Department:
    return Department.objects.get(pk=department.pk)


def generated(people: int, shops: list[int], profiles: list[int], begin: int) -> Iterator[tuple]:
    """Yield users in random order, numbered from `begin`; the same number always gives the same users."""
    chance = random.Random(people)  # noqa: S311 nothing secret
    today, first_names, last_names = timezone.now(), FIRST_NAMES.split(), LAST_NAMES.split()
    for number in range(begin, begin + people):
        first, last = chance.choice(first_names), chance.choice(last_names)
        if chance.random() < 0.3:
            last = f"{chance.choice(last_names)} {last}"
        mailbox = f"{ascii_of(first)}.{ascii_of(last).replace(' ', '-')}.{number}"
        seen: datetime | None = today - timedelta(seconds=chance.randrange(40_000_000)) if number % 10 < 7 else None
        department = None if number % 200 == 0 else chance.choice(shops)
        is_active = number % 50 != 0
        yield (
            f"{mailbox}@harbour.example".lower(),
            first,
            last,
            department,
            chance.choice(profiles),
            is_active,
            seen,
            folded(f"{first} {last}"),
        )


def ascii_of(name: str) -> str:
    plain = "".join(PLAIN_LETTERS.get(letter, letter) for letter in name)
    return unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()


def give_types(shops: list[int]) -> None:
    """Give a few users many rights, a fifth of them a type without rights, and one region a type of its own."""
    generated_ids = list(User.objects.filter(email__regex=r"\.[0-9]+@").order_by("pk").values_list("pk", flat=True))
    per_region = len(shops) // REGIONS
    far = shops[-per_region:]
    house_rules = PermissionType.objects.create(name="House rules (last region)")
    held: dict[Group, Iterable[int]] = {
        PermissionType.objects.get(name="User"): generated_ids[::5],
        PermissionType.objects.get(name="Manager"): generated_ids[::100],
        PermissionType.objects.get(name="Support"): generated_ids[::20_000],
        house_rules: User.objects.filter(department__in=far).values_list("pk", flat=True),
    }
    for region in range(REGIONS):
        own = shops[region * per_region : (region + 1) * per_region]
        department = refreshed(Department.objects.get(pk=own[0])).get_parent().get_parent()
        group = shipped.ship_scoped(
            f"Regional support {region + 1}", shipped.SUPPORT, Department.objects.get(pk=department.pk)
        )
        held[group] = User.objects.filter(department__in=own).order_by("pk").values_list("pk", flat=True)[:8]
    # A list, because the connection can't run other queries during COPY.
    members = [(person, group.pk) for group, people in held.items() for person in people]
    copy(User.groups.through, ["user_id", "group_id"], members)


def copy(model, columns: list[str], rows: Iterable[tuple]) -> None:
    """Insert rows in the fastest way that the database offers."""
    table, names = model._meta.db_table, ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as stream:
                for row in rows:
                    stream.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(rows))  # noqa: S608 (names from the model)
