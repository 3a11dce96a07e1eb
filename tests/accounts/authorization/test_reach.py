"""Every page that uses the policy says of random companies what a naive reading of the rules says."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.authorization.login_as import login_as_enabled, login_as_refusal
from accounts.authorization.reach import actors_for, targets_of
from accounts.models import Department, DepartmentGroupPermission, Organisation, User
from accounts.policy import holds, refusal, standing
from accounts.policy.rights import Right
from accounts.templatetags.people import rows_for
from impersonation import loader
from impersonation.models import AssumedSession, Cause, Mode
from tests.support.assumed import sign_in
from tests.support.factories import DepartmentFactory
from tests.support.worlds import World

pytestmark = pytest.mark.django_db

# Twenty companies in make test-long; three of them tell a difference between two statements of the same rules soon.
SEEDS = [pytest.param(seed, marks=[pytest.mark.long] if seed >= 3 else []) for seed in range(20)]


class StoredWorld(World):
    """A random company in the database; `stored` finds a person of it."""

    def __init__(self, seed):
        super().__init__(seed)
        permissions = {f"accounts.{found.codename}": found for found in Permission.objects.all()}
        self.departments = []
        for number, above in enumerate(self.above):
            parent = None if above is None else self.departments[above]
            self.departments.append(DepartmentFactory(name=f"Department {seed}-{number}", parent=parent))
        self.departments = [Department.objects.get(pk=department.pk) for department in self.departments]
        groups = [Group.objects.create(name=f"Type {seed}-{number}") for number in range(len(self.types))]
        for group, grants in zip(groups, self.types, strict=True):
            group.permissions.set(permissions[right] for right, place in grants if place is None)
            DepartmentGroupPermission.objects.bulk_create(
                DepartmentGroupPermission(
                    group=group, permission=permissions[right], content_object=self.departments[place]
                )
                for right, place in grants
                if place is not None
            )
        if not self.company_allows:
            Organisation.objects.create(login_as_enabled=False)
        for person in self.people:
            stored = User.objects.create(
                email=f"p{person.id}-{seed}@example.org", first_name=f"P{person.id}", password="!",
                department=None if person.department is None else self.departments[person.department],
                is_active=person.is_active, is_staff=person.is_staff, is_superuser=person.is_superuser,
                is_protected=person.is_protected,
            )  # fmt: skip
            stored.groups.set(groups[number] for number in person.types)
            stored.user_permissions.set(permissions[right] for right in person.direct)
            person.pk = stored.pk

    def why_not(self, actor, target, **rights):
        return self.refusal(actor, target, **rights, enabled=self.company_allows)

    def sees(self, actor, person):
        seen = actor.is_superuser or (Right.SEE_PEOPLE, person.department) in actor.everything
        return actor.is_active and seen

    def pairs(self):
        return [(actor, target) for actor in self.people for target in self.people]


def fresh(person):
    return User.objects.get(pk=person.pk)


@pytest.mark.parametrize("seed", SEEDS)
def test_facts_from_each_statement_lead_to_the_same_answer(seed):
    world = StoredWorld(seed)
    listed = {person.pk: person for person in User.objects.with_standing()}
    for actor, target in world.pairs():
        expected = world.why_not(actor, target)
        assert login_as_refusal(fresh(actor), fresh(target)) is expected
        assert login_as_refusal(fresh(actor), listed[target.pk]) is expected
        if actor is target:
            continue
        row = AssumedSession.objects.create(
            actor_id=actor.pk, target_id=target.pk, ended_at=timezone.now(), cause=Cause.EXIT, browser_session="-"
        )
        found = loader.find(row.pk)
        enabled = login_as_enabled(found.target)
        assert refusal(standing(found.actor), standing(found.target), enabled=enabled) is expected


@pytest.mark.parametrize("seed", SEEDS)
def test_both_lists_of_actors_and_targets_agree(seed):
    world = StoredWorld(seed)
    by_pk = {person.pk: person for person in world.people}
    for person in world.people:
        targets = {other.pk for other in world.people if world.why_not(person, other) is None}
        actors = {other.pk for other in world.people if world.why_not(other, person) is None}
        assert set(targets_of(fresh(person)).values_list("pk", flat=True)) == targets, by_pk
        assert set(actors_for(fresh(person)).values_list("pk", flat=True)) == actors, by_pk


@pytest.mark.parametrize("seed", SEEDS)
def test_holds_and_its_queryset_twin_agree(seed):
    world = StoredWorld(seed)
    for actor, person in world.pairs():
        department = None if person.department is None else world.departments[person.department]
        assert holds(fresh(actor), Right.SEE_PEOPLE, department) == world.sees(actor, person)
        assert User.objects.visible_to(fresh(actor)).filter(pk=person.pk).exists() == world.sees(actor, person)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_page_gives_the_same_answer(seed):
    world = StoredWorld(seed)
    for actor in [person for person in world.people if person.is_active][:2]:
        browser = Client()
        sign_in(browser, fresh(actor))
        seen = {person.pk: person for person in world.people if world.sees(actor, person)}
        response = browser.get(reverse("user_list"))
        if response.status_code == 404:
            assert not seen
        else:
            shown = rows_for(response.context["page"], response.wsgi_request)
            rows = {row.person.pk: row.refusal for row in shown}
            assert rows == {pk: world.why_not(actor, person) for pk, person in seen.items()}
        for target in world.people:
            pages = ["user_detail", "login_as", "who_can_log_in", "log_in_as_whom"]
            if target.pk not in seen:
                answers = {page: browser.get(reverse(page, args=[target.pk])).status_code for page in pages}
                assert set(answers.values()) == {404}, answers
                continue
            expected = world.why_not(actor, target)
            detail, start, who, whom = (browser.get(reverse(page, args=[target.pk])) for page in pages)
            assert detail.context["person"].refusal is expected
            assert start.status_code == (403 if expected else 200)
            if not expected:
                modes = {mode for mode in Mode if world.why_not(actor, target, rights={mode.right}) is None}
                assert {value for value, _label in start.context["form"].fields["mode"].choices} == modes
            else:
                assert start.context["refusal"] is expected
            shown = [{other.pk for other in page.context["list"].page} for page in (who, whom)]
            others = [other for other in world.people if other.pk in seen]
            assert shown == [
                {other.pk for other in others if world.why_not(other, target) is None},
                {other.pk for other in others if world.why_not(target, other) is None},
            ]
