"""Each rule of Login as User, told of the people of the demo."""

import pytest
from django.contrib.auth.models import Permission

from accounts.authorization.login_as import login_as_refusal
from accounts.models import Organisation, User
from accounts.policy import Refusal
from accounts.policy.rights import Right
from tests.support.factories import permission_type

pytestmark = pytest.mark.django_db


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


def protect(person):
    User.objects.filter(pk=person.pk).update(is_protected=True)
    return fresh(person)


def test_sam_may_not_log_in_as_lena_whose_account_is_protected(sam, lena):
    assert login_as_refusal(sam, protect(lena)) is Refusal.TARGET_PROTECTED


def test_who_holds_the_right_for_protected_accounts_may(sam, lena):
    sam.groups.add(permission_type("Trusted", "log_in_as_protected"))
    assert login_as_refusal(fresh(sam), protect(lena)) is None


def test_the_right_for_protected_accounts_reaches_as_far_as_it_is_scoped(sam, lena, max_, copenhagen):
    sam.groups.add(permission_type("Trusted in Copenhagen", "log_in_as_protected", departments=[copenhagen]))
    assert login_as_refusal(fresh(sam), protect(lena)) is None
    assert login_as_refusal(fresh(sam), protect(max_)) is Refusal.TARGET_PROTECTED


def test_the_right_for_protected_accounts_alone_is_no_right_to_log_in(mona, lena):
    mona.groups.add(permission_type("Trusted", "log_in_as_protected"))
    assert login_as_refusal(fresh(mona), protect(lena)) is Refusal.NO_RIGHT


def test_the_owner_may_log_in_as_lena_whose_account_is_protected(owner, lena):
    assert login_as_refusal(owner, protect(lena)) is None


def test_of_several_reasons_the_first_is_said(sam, audrey):
    assert login_as_refusal(sam, protect(audrey)) is Refusal.TARGET_PROTECTED
    audrey.is_superuser = True
    audrey.save()
    assert login_as_refusal(sam, protect(audrey)) is Refusal.TARGET_SUPERUSER


def test_nobody_may_while_the_company_has_switched_it_off(owner, sam, lena):
    Organisation.objects.create(login_as_enabled=False)
    assert login_as_refusal(owner, fresh(lena)) is Refusal.FEATURE_OFF
    Organisation.objects.update(login_as_enabled=True)
    assert login_as_refusal(sam, fresh(lena)) is None
