"""The test mail: to oneself alone, on record, and limited."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.authorization.changes import NotAllowed
from accounts.authorization.refusals import ChangeRefusal
from accounts.first_hour.actions import TEST_MAILS, hide, send_test_mail
from accounts.models import HiddenFirstSteps, Mail
from tests.support.assumed import events
from tests.support.mail_backends import delivered

pytestmark = pytest.mark.django_db


def test_a_test_mail_goes_to_the_owner_and_is_on_record(owner):
    send_test_mail(actor=owner)
    [message] = delivered()
    assert message.to == [owner.email]
    assert "http://testserver/first-steps/" in message.body
    [event] = events("mail.tested")
    assert (event.actor_id, event.target_id) == (owner.pk, owner.pk)


def test_a_test_mail_needs_the_right_to_edit_settings(sam):
    with pytest.raises(NotAllowed) as refused:
        send_test_mail(actor=sam)
    assert refused.value.refusal == ChangeRefusal.NO_RIGHT_TO_EDIT_SETTINGS
    assert not Mail.objects.exists()


def test_a_sixth_test_mail_within_an_hour_is_refused_and_nothing_is_recorded(owner):
    for _ in range(TEST_MAILS):
        send_test_mail(actor=owner)
    with pytest.raises(NotAllowed) as refused:
        send_test_mail(actor=owner)
    assert refused.value.refusal == ChangeRefusal.TOO_MANY_TEST_MAILS
    assert Mail.objects.count() == len(events("mail.tested")) == TEST_MAILS
    Mail.objects.update(created_at=timezone.now() - timedelta(hours=2))
    send_test_mail(actor=owner)
    assert Mail.objects.count() == TEST_MAILS + 1


def test_hiding_twice_and_showing_twice_is_no_error(owner, sam):
    for hidden in (True, True, False, False):
        hide(owner, hidden=hidden)
        assert HiddenFirstSteps.objects.filter(user=owner).exists() == hidden
    hide(owner, hidden=True)
    hide(sam, hidden=False)
    assert HiddenFirstSteps.objects.count() == 1
