"""Login as User is allowed exactly where a naive reading of the rules allows it, on every path that asks."""

import random

import pytest
from django.contrib.auth.models import Group, Permission
from django.utils import timezone

from accounts.models import Department, DepartmentGroupPermission, User
from accounts.policy import Refusal, holds, login_as_refusal, refusal, standing
from accounts.rights import LOG_IN_ON_BEHALF, Right
from impersonation import statement
from impersonation.models import AssumedSession, Cause

pytestmark = pytest.mark.django_db

RIGHTS = [Right.ACT_ON_BEHALF, Right.LOOK_ONLY_ON_BEHALF, Right.SEE_PEOPLE, Right.EDIT_PEOPLE]


class World:
    """Random departments, people and rights, held directly, by group and by department."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        chance = lambda likelihood: self.random.random() < likelihood  # noqa: E731
        self.permissions = list(Permission.objects.filter(codename__in=[right.codename for right in RIGHTS]))
        self.departments = [Department.objects.add_root({"name": f"Root {seed}"})]
        for number in range(4):
            parent = Department.objects.get(pk=self.random.choice(self.departments).pk)
            self.departments.append(Department.objects.add_child(parent, {"name": f"Department {number}"}))
        self.departments = list(Department.objects.order_by("path"))
        self.groups = [Group.objects.create(name=f"Type {seed}-{number}") for number in range(4)]
        for group in self.groups:
            group.permissions.set([permission for permission in self.permissions if chance(0.3)])
            for department in self.departments:
                for permission in self.permissions:
                    if chance(0.12):
                        DepartmentGroupPermission.objects.create(
                            group=group, permission=permission, content_object=department
                        )
        self.people = []
        for number in range(7):
            person = User.objects.create(
                email=f"p{number}-{seed}@example.org", first_name=f"P{number}", password="!",
                department=self.random.choice([*self.departments, None]),
                is_active=chance(0.85), is_staff=chance(0.2), is_superuser=chance(0.1),
            )  # fmt: skip
            person.groups.set([group for group in self.groups if chance(0.4)])
            person.user_permissions.set([permission for permission in self.permissions if chance(0.1)])
            self.people.append(person)

    def everything_held(self, person):
        """Each (codename, place) that a person holds, place by place; place None stands for no department at all."""
        held = set()
        everywhere = [None, *self.departments]
        company_wide = set(person.user_permissions.all())
        for group in person.groups.all():
            company_wide |= set(group.permissions.all())
            for grant in DepartmentGroupPermission.objects.filter(group=group):
                top = grant.content_object
                below = [place for place in self.departments if place == top or place.is_descendant_of(top)]
                held |= {(grant.permission.codename, place) for place in below}
        return held | {(permission.codename, place) for permission in company_wide for place in everywhere}

    def allowed(self, actor, target):
        if not actor.is_active or not target.is_active or actor == target or target.is_superuser:
            return False
        if actor.is_superuser:
            return True
        mine, theirs = self.everything_held(actor), self.everything_held(target)
        reaches = any((right.codename, target.department) in mine for right in LOG_IN_ON_BEHALF)
        return reaches and theirs <= mine and (actor.is_staff or not target.is_staff)


@pytest.mark.parametrize("seed", range(25))
def test_login_as_is_allowed_exactly_where_the_rules_say_so(seed):
    world = World(seed)
    listed = {person.pk: person for person in User.objects.with_standing()}
    for actor in world.people:
        for target in world.people:
            expected = world.allowed(actor, target)
            assert (login_as_refusal(fresh(actor), fresh(target)) is None) == expected
            assert (login_as_refusal(fresh(actor), listed[target.pk]) is None) == expected
            if actor == target:
                continue
            row = AssumedSession.objects.create(
                actor=actor, target=target, ended_at=timezone.now(), cause=Cause.EXIT, browser_session="-"
            )
            found = statement.find(row.pk)
            assert (refusal(standing(found.actor), standing(found.target), enabled=True) is None) == expected


@pytest.mark.parametrize("seed", range(100, 110))
def test_holds_and_its_queryset_twin_agree(seed):
    world = World(seed)
    for actor in world.people:
        for person in world.people:
            by_hand = actor.is_active and (
                actor.is_superuser or (Right.SEE_PEOPLE.codename, person.department) in world.everything_held(actor)
            )
            assert holds(fresh(actor), Right.SEE_PEOPLE, person.department) == by_hand
            assert User.objects.visible_to(fresh(actor)).filter(pk=person.pk).exists() == by_hand


def fresh(person):
    return User.objects.get(pk=person.pk)


def test_nobody_may_on_a_fresh_installation():
    people = [User.objects.create_user(f"p{n}@example.org", first_name=f"P{n}", is_staff=bool(n)) for n in range(2)]
    assert login_as_refusal(people[0], people[1]) is Refusal.NO_RIGHT
    assert login_as_refusal(people[1], people[0]) is Refusal.NO_RIGHT


def test_sam_may_log_in_as_lena(sam, lena):
    assert login_as_refusal(sam, lena) is None


def test_sam_may_not_log_in_as_himself(sam):
    assert login_as_refusal(sam, fresh(sam)) is Refusal.SELF


def test_sam_may_not_log_in_as_ina_who_is_deactivated(sam, ina):
    assert login_as_refusal(sam, ina) is Refusal.TARGET_INACTIVE


def test_sam_may_not_log_in_as_the_owner(sam, owner):
    assert login_as_refusal(sam, owner) is Refusal.TARGET_SUPERUSER


def test_the_owner_may_not_log_in_as_another_owner(owner):
    other = User.objects.create_superuser("other@harbour.example", first_name="Other")
    assert login_as_refusal(owner, other) is Refusal.TARGET_SUPERUSER


def test_sam_may_not_log_in_as_audrey_who_reads_the_audit_log(sam, audrey):
    assert login_as_refusal(sam, audrey) is Refusal.TARGET_HOLDS_MORE


def test_being_staff_counts_as_a_right(sam, lena):
    lena.is_staff = True
    assert login_as_refusal(sam, lena) is Refusal.TARGET_HOLDS_MORE


def test_rita_may_log_in_as_lena_in_a_department_below_hers(rita, lena):
    assert login_as_refusal(rita, lena) is None


def test_rita_may_not_log_in_as_max_outside_her_departments(rita, max_):
    assert login_as_refusal(rita, max_) is Refusal.OUT_OF_SCOPE


def test_rita_may_not_log_in_as_sam_whose_rights_reach_further(rita, sam):
    sam.department = rita.department
    sam.save()
    assert login_as_refusal(rita, fresh(sam)) is Refusal.TARGET_HOLDS_MORE


def test_rita_may_not_log_in_as_somebody_without_a_department(rita, lena):
    lena.department = None
    lena.save()
    assert login_as_refusal(rita, fresh(lena)) is Refusal.OUT_OF_SCOPE


def test_mona_may_not_log_in_as_anybody(mona, lena):
    assert login_as_refusal(mona, lena) is Refusal.NO_RIGHT


def test_a_deactivated_actor_may_not(sam, lena):
    sam.is_active = False
    assert login_as_refusal(sam, lena) is Refusal.ACTOR_INACTIVE


def test_nobody_may_while_the_feature_is_off(settings, owner, lena):
    settings.LOGIN_AS_ENABLED = False
    assert login_as_refusal(owner, lena) is Refusal.FEATURE_OFF


def test_a_right_for_one_mode_is_none_for_the_other(lena):
    looker = User.objects.create_user("looker@harbour.example", first_name="Looker")
    looker.user_permissions.add(Permission.objects.get(codename=Right.LOOK_ONLY_ON_BEHALF.codename))
    assert login_as_refusal(looker, lena, rights={Right.LOOK_ONLY_ON_BEHALF}) is None
    assert login_as_refusal(looker, lena, rights={Right.ACT_ON_BEHALF}) is Refusal.NO_RIGHT
