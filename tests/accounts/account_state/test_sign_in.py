"""What keeps somebody from signing in, as Sam of Support reads it before anything else."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.user_import import apply_import, plan_import
from accounts.users.actions import set_active
from accounts.users.remedies import lift_lock
from tests.support.account_state import damage_factors, erase_part, labels, remark, sentence, state, without_password
from tests.support.assumed import events
from tests.support.factories import UserFactory, permission_type
from tests.support.guessing import PASSWORD, browser_of, lock_everywhere, try_password

pytestmark = pytest.mark.django_db
DEACTIVATED = "This account is deactivated: the person can't sign in at all."


@pytest.fixture(autouse=True)
def no_attempts_counted():
    cache.clear()


def deactivate(actor, user, reason="Left on Friday"):
    set_active(actor=actor, user=user, active=False, reason=reason)


def test_sam_reads_who_deactivated_lena_since_when_and_why(owner, sam, lena, time_machine):
    time_machine.move_to(datetime(2026, 11, 30, 7, tzinfo=UTC), tick=False)
    deactivate(owner, lena)
    said = remark(lena, sam, "deactivated")
    told = "Olivia Lind deactivated it on Monday 30 November 2026, 08:00. The reason: “Left on Friday”"
    assert said.sentence == f"{DEACTIVATED} {told}"
    assert said.blocks
    assert said.at == timezone.now()
    assert labels(said) == ["Reactivate"]
    assert said.remedies[0].address == reverse("user_reactivate", args=[lena.pk])
    User.objects.filter(pk=sam.pk).update(time_zone="America/New_York")
    assert "on Monday 30 November 2026, 02:00." in sentence(lena, sam, "deactivated")


def test_rita_who_may_not_see_the_owner_reads_no_name(owner, rita, lena):
    deactivate(owner, lena)
    said = sentence(lena, rita, "deactivated")
    assert " Somebody you may not see deactivated it on " in said
    assert "Olivia" not in said


def test_who_could_not_reactivate_somebody_reads_no_reason(owner, lena, company):
    checker = UserFactory(first_name="Checker", department=company)
    checker.groups.add(permission_type("Checks", "see_people", "check_access"))
    deactivate(owner, lena, "Stole from the till")
    said = remark(lena, checker, "deactivated")
    assert "Olivia Lind deactivated it on" in said.sentence
    assert "till" not in said.sentence
    assert said.remedies == ()


def test_the_reason_of_a_protected_account_is_not_told_to_support(owner, sam, lena):
    deactivate(owner, lena, "Stole from the till")
    User.objects.filter(pk=lena.pk).update(is_protected=True)
    assert "till" not in sentence(lena, sam, "deactivated")


def test_an_erased_reason_is_said_to_be_erased(owner, sam, lena):
    deactivate(owner, lena)
    erase_part(events("user.deactivated")[0], "reason")
    assert sentence(lena, sam, "deactivated").endswith("The reason was erased.")


def test_an_import_that_deactivated_somebody_is_named(hanne, sam, lena, tmp_path):
    file = tmp_path / "leavers.csv"
    file.write_text(f"email,first name,last name,active\n{lena.email},Lena,Sørensen,no\n")
    with file.open("rb") as content:
        apply_import(plan_import(content, file.name, actor=hanne), actor=hanne)
    assert "by the import of “leavers.csv”." in sentence(lena, sam, "deactivated")
    User.objects.filter(pk=lena.pk).update(is_protected=True)
    assert sentence(lena, sam, "deactivated").endswith("by an import.")


def test_a_deactivation_without_an_event_says_what_is_known(sam, ina, owner):
    assert sentence(ina, sam, "deactivated") == DEACTIVATED
    at = datetime(2026, 11, 30, 7, tzinfo=UTC)
    User.objects.filter(pk=ina.pk).update(deactivated_at=at)
    assert sentence(ina, sam, "deactivated").endswith("It was deactivated on Monday 30 November 2026, 08:00.")


def test_a_former_deactivation_explains_no_later_one(owner, sam, lena):
    deactivate(owner, lena)
    set_active(actor=owner, user=lena, active=True)
    assert remark(lena, sam, "deactivated") is None
    User.objects.filter(pk=lena.pk).update(is_active=False, deactivated_at=None)
    assert sentence(lena, sam, "deactivated") == DEACTIVATED


def test_a_password_that_was_never_set_and_no_invitation_block(sam, lena):
    without_password(lena)
    said = remark(lena, sam, "no_password")
    assert said.sentence.startswith("Lena Sørensen has never signed in and can't yet: no password was ever set.")
    assert "No invitation was sent since the account was created on " in said.sentence
    assert said.blocks
    assert labels(said) == ["Send an invitation"]
    assert sentence(lena, sam, "never_signed_in") == "There was no sign-in yet."


def test_a_password_that_is_gone_blocks_somebody_who_has_signed_in_before(sam, lena):
    User.objects.filter(pk=lena.pk).update(last_login=timezone.now())
    without_password(lena)
    said = remark(lena, sam, "no_password")
    assert said.sentence.startswith("Lena Sørensen can't sign in: there is no password.")
    assert labels(said) == ["Send a link to a new password"]


def test_somebody_with_a_password_who_has_never_signed_in_is_not_called_blocked(sam, lena):
    said = remark(lena, sam, "never_signed_in")
    assert said.sentence == "Lena Sørensen has never signed in, although a password is set."
    assert state(lena, sam).blocking == []
    assert labels(said) == ["Send an invitation"]


def test_a_lock_blocks_while_it_lasts_and_can_be_lifted(sam, lena):
    lock_everywhere(lena.email)
    said = remark(lena, sam, "locked")
    assert said.sentence.startswith("Sign-in is locked until ")
    assert said.blocks
    assert labels(said) == ["Lift the sign-in lock", "Send a link to a new password"]
    lift_lock(actor=sam, user=lena)
    assert remark(lena, sam, "locked") is None


def test_failed_sign_ins_count_since_the_last_one_that_succeeded(sam, lena):
    try_password(lena.email)
    assert "The only sign-in that was tried failed on " in sentence(lena, sam, "sign_in_failed")
    try_password(lena.email, at=1)
    assert sentence(lena, sam, "sign_in_failed").endswith("2 failed, and none succeeded.")
    browser_of(lena)
    assert remark(lena, sam, "sign_in_failed") is None
    assert "The last sign-in was on " in sentence(lena, sam, "last_sign_in")
    try_password(lena.email, at=2)
    assert "the only one since the last one that succeeded." in sentence(lena, sam, "sign_in_failed")
    try_password(lena.email, at=3)
    said = remark(lena, sam, "sign_in_failed")
    assert said.sentence.endswith("2 failed since the last one that succeeded.")
    assert not said.leading
    assert not said.blocks


def test_a_flood_of_failed_sign_ins_is_counted_up_to_a_limit(sam, lena, monkeypatch):
    monkeypatch.setattr("accounts.account_state.facts.COUNTED", 2)
    monkeypatch.setattr("accounts.account_state.sign_in.COUNTED", 2)
    for at in range(4):
        try_password(lena.email, at=at)
    assert sentence(lena, sam, "sign_in_failed").endswith("More than 2 failed since the last one that succeeded.")


@pytest.fixture
def with_factor(lena):
    TOTP.activate(lena, generate_totp_secret())
    RecoveryCodes.activate(lena)
    return lena


def test_a_sign_in_that_stopped_at_the_second_factor_leads(sam, with_factor):
    browser = Client()
    browser.post(reverse("account_login"), {"login": with_factor.email, "password": PASSWORD})
    browser.post(reverse("mfa_authenticate"), {"code": "000000"})
    found = state(with_factor, sam)
    assert found.leading.name == "stopped_at_factor"
    assert "the password was right, but the second factor was not" in found.leading.sentence
    assert found.blocking == []
    assert labels(found.leading) == ["Remove second factor…"]


def test_wrong_codes_at_a_re_authentication_are_no_failed_sign_ins(client, sam, with_factor):
    client.force_login(with_factor, backend="accounts.authentication.backends.EmailBackend")
    client.post(reverse("confirm_identity"), {"code": "000000"})
    assert len(events("sign_in.failed")) == 1
    assert remark(with_factor, sam, "stopped_at_factor") is None
    assert remark(with_factor, sam, "sign_in_failed") is None


def test_second_factors_are_named_with_their_time(sam, with_factor):
    said = sentence(with_factor, sam, "second_factor")
    assert said.startswith("Signing in takes a second factor: authenticator app since ")
    assert " and recovery codes of " in said
    assert remark(with_factor, sam, "unreadable_factor") is None


def test_factors_that_can_not_be_read_block_unless_a_key_is_left(sam, with_factor):
    damage_factors(with_factor)
    said = remark(with_factor, sam, "unreadable_factor")
    assert said.blocks
    assert labels(said) == ["Remove second factor…"]
    Authenticator.objects.create(user=with_factor, type="webauthn", data={})
    said = remark(with_factor, sam, "unreadable_factor")
    assert not said.blocks
    assert said.leading


def test_a_second_factor_that_a_permission_type_demands_and_that_is_missing_is_said(sam, lena):
    assert remark(lena, sam, "factor_missing") is None
    lena.groups.add(permission_type("Careful", "with_second_factor_on_behalf"))
    assert "requires a second factor, and none is set up" in sentence(lena, sam, "factor_missing")
    RecoveryCodes.activate(lena)
    assert remark(lena, sam, "factor_missing") is not None
    TOTP.activate(lena, generate_totp_secret())
    assert remark(lena, sam, "factor_missing") is None


def test_a_sign_in_long_ago_is_older_than_a_failure_of_today(sam, lena):
    User.objects.filter(pk=lena.pk).update(last_login=timezone.now() - timedelta(days=300))
    try_password(lena.email)
    assert "the only one since the last one that succeeded." in sentence(lena, sam, "sign_in_failed")
