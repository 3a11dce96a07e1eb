"""No path to more power: a user who asks every form for everything ends up with the rights they held before."""

import re

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from accounts import policy
from accounts.authorization.grants import Grants
from accounts.models import User
from accounts.permission_setup.actions import fingerprint
from accounts.permission_setup.matrix import BOXES, Matrix
from accounts.permission_setup.shipped import SHIPPED, ship
from accounts.policy.holdings import Holdings
from accounts.users import actions
from tests.support.assumed import events, sign_in
from tests.support.factories import UserFactory, permission_type
from tests.support.url_configuration import methods, patterns

pytestmark = [pytest.mark.django_db, pytest.mark.once]

REGIONAL = "Regional support (Copenhagen)"
HOLDERS = [*SHIPPED, REGIONAL, "People lead", "People lead (Copenhagen)"]


def changing_pages():
    """Our own pages of people and rights that take a POST and at most one number."""
    for name, route, pattern in patterns():
        view = pattern.callback
        if view.__module__.startswith("accounts.") and "POST" in (methods(view) or ()):
            assert re.findall("<(.*?)>", route) in ([], ["int:pk"]), route
            yield name, "<int:pk>" in route


def greedy(person, department):
    """All that any form might take for more rights, around what the person is."""
    return {
        "first_name": person.first_name, "last_name": person.last_name, "email": f"taken-{person.pk}@harbour.example",
        "language": person.language, "time_zone": person.time_zone, "department": department.pk, "reason": "Greed",
        "is_superuser": "on", "is_staff": "on", "is_active": "on", "is_protected": "", "protected": "",
        "login_as_enabled": "on", "scope": "company", "rights": list(BOXES), "types": every_type(),
        "groups": every_type(), "permission_types": every_type(), "user_permissions": every_permission(),
        "password": "standin-demo-2", "password1": "standin-demo-2", "password2": "standin-demo-2", "confirm": "on",
    }  # fmt: skip


def every_type():
    return list(Group.objects.values_list("pk", flat=True))


def every_permission():
    return list(Permission.objects.values_list("pk", flat=True))


def attempts(actor, company, copenhagen):
    """Each page with each thing that could be asked of it."""
    people = list(User.objects.order_by("pk"))
    for name, takes_number in changing_pages():
        if name == "permission_type_delete":
            yield from ((name, group, {}) for group in Group.objects.order_by("pk"))
        elif name.startswith("permission_type"):
            for group in Group.objects.order_by("pk") if takes_number else [None]:
                for rights, scope, place in asked_of_types(actor, company, copenhagen):
                    yield name, group, {
                        "step": "save", "name": group.name if group else f"Mine {scope} {place}", "rights": rights,
                        "scope": scope, "departments": [place.pk] if place else [],
                        "seen": fingerprint(group.name, Grants.read().of(group)) if group else "",
                    }  # fmt: skip
        elif takes_number:
            for person in people:
                yield name, person, greedy(person, company) | seen_now(person)
                if name == "user_edit":
                    usual = greedy(person, person.department or company)
                    yield name, person, usual | seen_now(person)
                    yield name, person, usual | {"email": person.email} | seen_now(person)
        else:
            yield name, None, greedy(actor, company)
            yield name, None, greedy(actor, copenhagen)


def seen_now(person):
    """Return the data of the form about a person as it opens now."""
    return {"seen": actions.fingerprint(User.objects.get(pk=person.pk))}


def asked_of_types(actor, company, copenhagen):
    """Rights and scopes to ask for: everything there is, and what the actor holds, at each place."""
    yield list(BOXES), "company", None
    for scope, place in (("company", None), ("departments", company), ("departments", copenhagen)):
        yield held_boxes(actor), scope, place


def held_boxes(actor):
    matrix = Matrix()
    return [name for name in BOXES if all(policy.holds_anywhere(actor, right) for right in matrix.rights[name])]


def power(person):
    """Return the rights of a person, and what signing in as them takes."""
    fresh = User.objects.with_standing().get(pk=person.pk)
    return policy.standing(fresh), (fresh.email, fresh.password)


@pytest.fixture
def everybody(company, copenhagen, norreport, owner, audrey, carl, lena, max_, ina):
    """Return the people of the demo; Max's account is protected, and Lena holds a permission type without rights."""
    User.objects.filter(pk=max_.pk).update(is_protected=True)
    Group.objects.filter(name__in=SHIPPED).delete()
    ship()
    audrey.groups.add(Group.objects.get(name="Auditor"))
    carl.groups.add(Group.objects.get(name="Content creator"))
    rights = [right.partition(".")[2] for right in SHIPPED["Support"]]
    permission_type(REGIONAL, *rights, departments=[copenhagen])
    permission_type("People lead", *rights, "manage_permission_types", "protect_people")
    permission_type("People lead (Copenhagen)", *rights, "manage_permission_types", departments=[copenhagen])
    lena.groups.add(permission_type("Spare"))


@pytest.mark.parametrize("name", HOLDERS)
def test_no_form_leads_to_more_power(name, everybody, company, copenhagen, norreport, lena):
    regional = "Copenhagen" in name
    actor = UserFactory(first_name="Greta", last_name="Gier", department=copenhagen if regional else company)
    actor.groups.add(Group.objects.get(name=name))
    User.objects.filter(pk=actor.pk).update(is_staff=name in ("Owner", "Auditor", "Content creator"))
    actor = User.objects.with_standing().get(pk=actor.pk)
    mine, _secrets = power(actor)
    before = {person.pk: power(person) for person in User.objects.all()}
    browser = Client()
    sign_in(browser, actor)
    count = 0
    for page, about, data in attempts(actor, company, copenhagen):
        if about is None or type(about).objects.filter(pk=about.pk).exists():
            response = browser.post(reverse(page, args=[about.pk] if about else []), data)
            assert response.status_code < 500, (page, about)
            count += 1
    assert count > 50
    now, _secrets = power(actor)
    assert (now.holdings, now.is_staff, now.is_superuser) == (mine.holdings, mine.is_staff, False)
    for person in User.objects.exclude(pk=actor.pk):
        found, secrets = power(person)
        was, old_secrets = before.get(person.pk, (None, None))
        if was and policy.beyond(mine, was):
            # Protecting and exposing is a right of its own: of the others' standing it changes nothing.
            assert (found, secrets) == (was, old_secrets), person
            continue
        gained = Holdings(found.holdings - (was.holdings if was else frozenset()))
        assert gained.all_covered_by(mine.holdings), (person, gained)
        assert not found.is_superuser
        assert mine.is_staff or not found.is_staff or was.is_staff
    wrote = len(events("permission_type.changed")) + len(events("permission_type.created"))
    assert (wrote > 0) == policy.holds_anywhere(actor, "accounts.manage_permission_types")
    for kind, right in {"changed": "edit", "created": "create", "deactivated": "deactivate"}.items():
        assert bool(events(f"user.{kind}")) == policy.holds_anywhere(actor, f"accounts.{right}_people")


def test_the_walk_meets_the_pages_that_change_rights():
    pages = dict(changing_pages())
    assert {"permission_type_create", "permission_type_edit", "permission_type_delete"} <= set(pages)
    assert {"user_protect", "organisation_settings", "user_create", "user_edit", "user_deactivate"} <= set(pages)
    assert {"user_permission_types", "user_reactivate", "user_invite"} <= set(pages)
