"""Browser sessions: what the compiled query for them may find."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_an_expired_session_opens_nothing(client, lena):
    client.force_login(lena)
    assert client.get(reverse("dashboard")).status_code == 200
    Session.objects.update(expire_date=timezone.now() - HOUR)
    assert client.get(reverse("dashboard")).status_code == 302
    Session.objects.update(expire_date=timezone.now() + HOUR)
    assert client.get(reverse("dashboard")).status_code == 200


def test_a_key_that_no_session_has_opens_nothing(client, lena):
    client.force_login(lena)
    client.cookies["sessionid"] = "k" * 32
    assert client.get(reverse("dashboard")).status_code == 302
    client.cookies["sessionid"] = "k" * 4_000
    assert client.get(reverse("dashboard")).status_code == 302
