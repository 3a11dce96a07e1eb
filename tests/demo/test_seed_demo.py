"""The demo company comes as the documentation describes it, again and again the same, and never among real people."""

import io

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from accounts.authorization.login_as import login_as_refusal
from accounts.models import Department, DepartmentGroupPermission, JobProfile, User
from accounts.permission_setup.shipped import SUPPORT, ship
from accounts.policy import Refusal, holds
from accounts.policy.rights import Right
from audit.models import AuditEvent
from demo import users

pytestmark = pytest.mark.django_db

TABLES = [
    User,
    EmailAddress,
    Department,
    JobProfile,
    Group,
    DepartmentGroupPermission,
    User.groups.through,
    Group.permissions.through,
    AuditEvent,
]


def seed(*options):
    said = io.StringIO()
    call_command("seed_demo", *options, stdout=said)
    return said.getvalue()


def person(name):
    return User.objects.get(email=f"{name}@harbour.example")


def everything():
    return {model: sorted(model.objects.values_list(), key=str) for model in TABLES}


def test_the_demo_people_may_do_what_the_documentation_says():
    seed()
    olivia, sam, rita, mona, carl, audrey = map(person, ["owner", "sam", "rita", "mona", "carl", "audrey"])
    lena, max_, ina = map(person, ["lena", "max", "ina"])
    assert (olivia.is_superuser, olivia.is_staff) == (True, True)
    assert [someone.name for someone in (lena, max_, ina)] == ["Lena Sørensen", "Max Kjær", "Ina Dahl"]
    assert login_as_refusal(sam, lena) is None
    assert login_as_refusal(sam, max_) is None
    assert login_as_refusal(rita, lena) is None
    assert login_as_refusal(rita, max_) is Refusal.OUT_OF_SCOPE
    assert login_as_refusal(mona, lena) is Refusal.NO_RIGHT
    assert login_as_refusal(sam, ina) is Refusal.TARGET_INACTIVE
    assert login_as_refusal(sam, audrey) is Refusal.TARGET_HOLDS_MORE
    assert login_as_refusal(sam, olivia) is Refusal.TARGET_SUPERUSER
    assert holds(mona, Right.SEE_PEOPLE)
    assert (audrey.is_staff, holds(audrey, "audit.view_auditevent"), holds(audrey, "audit.export_auditevent")) == (
        True,
        True,
        True,
    )
    assert (carl.is_staff, {group.name for group in carl.groups.all()}) == (True, {"Content creator", "Manager"})
    assert [User.objects.filter(is_superuser=True).count(), User.objects.filter(is_staff=True).count()] == [1, 3]
    assert DepartmentGroupPermission.objects.count() == len(SUPPORT)


def test_lena_works_in_norreport_below_copenhagen_and_max_in_aarhus():
    seed()
    norreport = person("lena").department
    assert [norreport.name, Department.objects.get_parent(norreport).name] == ["Nørreport", "Copenhagen"]
    assert [person("max").department.name, person("lena").job_profile.name] == ["Aarhus", "Barista"]
    assert [root.name for root in Department.objects.get_root_nodes()] == ["Harbour Coffee"]


def test_everybody_signs_in_with_the_one_password(client):
    seed()
    assert User.objects.count() == EmailAddress.objects.count() > 390
    assert User.objects.exclude(password=person("lena").password).count() == 0
    assert person("lena").check_password("standin-demo")
    assert User.objects.exclude(email__endswith="@harbour.example").count() == 0
    assert User.objects.filter(is_active=False).count() > 5


def test_names_come_in_as_people_write_them():
    seed()
    last_names = set(User.objects.values_list("last_name", flat=True))
    assert {"O'Brien", "D’Angelo", "Østergaard", "Yağmur Ağaoğlu", "Wójcik", "Muñoz"} <= last_names
    assert User.objects.filter(last_name="", first_name="Pelé").exists()
    assert User.objects.filter(department=None).exists()
    assert not any(name != " ".join(name.split()) for name in last_names)


def test_seeding_twice_leaves_the_same_rows():
    seed("--users", "30")
    before = everything()
    assert "People: 0 new, 0 changed, 395 as they were." in seed("--users", "30")
    assert everything() == before


def test_generated_colleagues_are_always_the_same_people(monkeypatch):
    monkeypatch.setattr(users, "BATCH", 20)
    said = seed("--users", "50")
    assert [line for line in said.splitlines() if line.startswith("Generated")] == [
        "Generated colleagues: 20 of 50",
        "Generated colleagues: 40 of 50",
        "Generated colleagues: 50 of 50",
    ]
    facts = ("email", "first_name", "last_name", "department__name", "job_profile__name", "is_active")
    generated = User.objects.filter(email__startswith=users.GENERATED).order_by("email")
    all_fifty = list(generated.values_list(*facts))
    assert len(all_fifty) == 50
    assert len({row[3] for row in all_fifty}) == Department.objects.count()
    generated.filter(external_id__gt="G-0000030").delete()
    seed("--users", "50")
    assert list(generated.values_list(*facts)) == all_fifty
    assert person("colleague-0000050").check_password("standin-demo")
    assert EmailAddress.objects.filter(email__startswith=users.GENERATED).count() == 50


def test_the_demo_is_not_loaded_among_real_people():
    User.objects.create_user("real@company.example", first_name="Real")
    with pytest.raises(CommandError, match="The database has 1 person who is not the demo's"):
        seed()
    assert User.objects.count() == 1
    seed("--force")
    assert User.objects.count() > 390
    assert not User.objects.get(email="real@company.example").has_usable_password()


def test_shipped_permission_types_stay_as_somebody_has_set_them_up():
    assert [made.name for made in ship()] == ["Owner", "Support", "Manager", "Content creator", "Auditor", "User"]
    Group.objects.get(name="Support").permissions.clear()
    assert ship() == []
    assert Group.objects.get(name="Support").permissions.count() == 0
