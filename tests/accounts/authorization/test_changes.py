"""Nobody gives a right that they don't hold: permission types are assigned within rights and scope, on the record."""

import pytest
from django.contrib.auth.models import Group, Permission

from accounts.authorization.changes import NotAllowed, set_permission_types
from accounts.models import User
from accounts.policy import holds
from tests.support.assumed import detail, events
from tests.support.permission_setup import fresh

pytestmark = pytest.mark.django_db


def type_named(name):
    return Group.objects.get(name=name)


def refused(actor, person, *types):
    before = (set(person.groups.all()), fresh(person).is_staff)
    with pytest.raises(NotAllowed) as caught:
        set_permission_types(actor=actor, user=person, types=types)
    assert (set(person.groups.all()), fresh(person).is_staff) == before
    assert events("permission_type.assigned") == []
    return caught.value.sentence


def test_petra_makes_lena_support(petra, sam, lena):
    support = type_named("Support")
    set_permission_types(actor=petra, user=lena, types=[support])
    assert list(lena.groups.all()) == [support]
    assert holds(fresh(lena), "accounts.act_on_behalf")
    [event] = events("permission_type.assigned")
    assert (event.actor_id, event.target_id) == (petra.pk, lena.pk)
    assert detail(event) == {
        "before": [], "after": ["Support"], "admin_site_before": False, "admin_site_after": False,
    }  # fmt: skip


def test_the_same_again_changes_nothing_and_records_nothing(petra, sam, lena):
    for _ in range(2):
        set_permission_types(actor=petra, user=lena, types=[type_named("Support")])
    assert len(events("permission_type.assigned")) == 1


def test_sam_may_not_assign_types_at_all(sam, lena):
    assert refused(sam, lena, type_named("Support")) == (
        "You don't hold the right to assign permission types to this person."
    )


def test_petra_gives_no_type_that_holds_more_than_she_does(petra, audrey, lena):
    sentence = "A permission type with rights that you don't hold yourself can't be given or taken by you."
    assert refused(petra, lena, type_named("Auditor")) == sentence


def test_petra_takes_no_type_from_audrey_who_holds_more(petra, audrey):
    assert refused(petra, audrey) == "This person holds rights that you don't."


def test_petra_gives_herself_nothing_and_takes_nothing_from_herself(petra, sam):
    assert refused(petra, petra, *petra.groups.all(), type_named("Support")) == "This is your own account."
    assert refused(petra, petra) == "This is your own account."


def test_petra_changes_nothing_of_the_owner(petra, sam, owner):
    assert refused(petra, owner, type_named("Support")) == "This account owns the platform."


def test_petra_changes_nothing_of_a_protected_account(petra, sam, lena):
    User.objects.filter(pk=lena.pk).update(is_protected=True)
    assert refused(petra, lena, type_named("Support")) == "This account is protected."


def test_rolf_gives_company_wide_rights_to_nobody(rolf, sam, lena):
    assert "can't be given" in refused(rolf, lena, type_named("Support"))


def test_rolf_gives_what_reaches_no_further_than_copenhagen(rolf, rita, lena):
    regional = type_named("Regional support (Copenhagen)")
    set_permission_types(actor=rolf, user=lena, types=[regional])
    assert list(lena.groups.all()) == [regional]


def test_rolf_assigns_nothing_to_max_outside_his_departments(rolf, rita, max_):
    sentence = refused(rolf, max_, type_named("Regional support (Copenhagen)"))
    assert sentence == "You don't hold the right to assign permission types to this person."


def test_a_type_that_needs_the_admin_site_opens_it_and_closes_it_again(owner, audrey, lena):
    auditor = type_named("Auditor")
    set_permission_types(actor=owner, user=lena, types=[auditor])
    assert fresh(lena).is_staff is True
    set_permission_types(actor=owner, user=lena, types=[])
    assert fresh(lena).is_staff is False
    given, taken = map(detail, events("permission_type.assigned"))
    assert (given["admin_site_before"], given["admin_site_after"]) == (False, True)
    assert (taken["before"], taken["after"], taken["admin_site_after"]) == (["Auditor"], [], False)


def test_who_is_not_staff_makes_nobody_staff(petra, audrey, lena):
    """Petra holds the rights, but was never let in herself: being staff counts as a right."""
    petra.user_permissions.add(*Permission.objects.filter(content_type__app_label="audit"))
    sentence = refused(petra, lena, type_named("Auditor"))
    assert sentence == "This permission type opens the administration site, which is closed to you."


def test_a_deactivated_person_assigns_nothing(petra, sam, lena):
    User.objects.filter(pk=petra.pk).update(is_active=False)
    assert "don't hold the right" in refused(petra, lena, type_named("Support"))


def test_rights_lost_meanwhile_count(petra, sam, lena):
    stale = User.objects.with_standing().get(pk=petra.pk)
    petra.groups.clear()
    assert "don't hold the right" in refused(stale, lena, type_named("Support"))


def test_petra_assigns_nothing_to_somebody_who_was_deleted_meanwhile(petra, sam, lena):
    User.objects.get(pk=lena.pk).delete()
    with pytest.raises(NotAllowed, match="no longer exists"):
        set_permission_types(actor=petra, user=lena, types=[type_named("Support")])
    assert events("permission_type.assigned") == []
