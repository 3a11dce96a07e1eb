"""An objection concerns the sessions of one's own account alone."""

import pytest

from audit.models import AuditEvent
from impersonation.models import AssumedSession
from impersonation.objections.actions import end_by_target, object_to, withdraw
from tests.support.assumed import log_in_as

pytestmark = pytest.mark.django_db


def test_an_objection_to_somebody_elses_session_is_none(client, sam, lena, max_):
    session = log_in_as(client, sam, lena)
    before = AuditEvent.objects.count()
    for action in (end_by_target, object_to, withdraw):
        for somebody in (max_, sam):
            with pytest.raises(AssumedSession.DoesNotExist):
                action(somebody, session.pk)
    assert AuditEvent.objects.count() == before
    assert AssumedSession.objects.get().objected_at is None


def test_what_was_not_objected_to_is_not_taken_back(client, sam, lena):
    session = log_in_as(client, sam, lena)
    assert not withdraw(lena, session.pk)
    assert object_to(lena, session.pk)
    assert withdraw(lena, session.pk)
    assert not withdraw(lena, session.pk)
    assert not object_to(lena, session.pk)
