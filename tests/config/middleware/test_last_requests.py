"""When somebody's browser was last here is kept: every ten minutes at most, and for the person themselves alone."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import LastRequest
from accounts.models.last_requests import KEPT_AT, last_seen
from audit.verification.erasure import personal_data_erased
from tests.support.assumed import log_in_as, sign_in
from tests.support.writes import watching_writes

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=11)


@pytest.fixture
def lenas(client, lena):
    sign_in(client, lena)
    return client


def test_the_first_minutes_are_those_of_the_sign_in(lenas, lena):
    with watching_writes() as tables:
        assert lenas.get(reverse("dashboard")).status_code == 200
    assert tables == []
    assert not LastRequest.objects.exists()
    lena.refresh_from_db()
    assert last_seen(lena) == lena.last_login


def test_later_it_is_kept_once_in_ten_minutes(lenas, lena):
    with time_machine.travel(timezone.now() + LATER, tick=False):
        later = timezone.now()
        for _number in range(3):
            lenas.get(reverse("dashboard"))
        assert LastRequest.objects.get().at == later
    with time_machine.travel(later + LATER / 2, tick=False):
        lenas.get(reverse("dashboard"))
        assert LastRequest.objects.get().at == later
    with time_machine.travel(later + LATER, tick=False):
        lenas.get(reverse("dashboard"))
        assert last_seen(lena) == later + LATER


def test_in_lenas_place_sam_is_not_taken_for_her(client, sam, lena):
    log_in_as(client, sam, lena)
    session = client.session
    session[KEPT_AT] = timezone.now().timestamp()  # as in a browser session of Lena's own
    session.save()
    with time_machine.travel(timezone.now() + LATER, tick=False):
        assert client.get(reverse("module_list")).status_code == 200
    assert not LastRequest.objects.filter(user=lena).exists()


def test_strangers_leave_nothing(client, lena):
    client.get(reverse("account_login"))
    assert not LastRequest.objects.exists()


def test_an_erasure_takes_it_along(lenas, lena):
    LastRequest.objects.create(user=lena, at=timezone.now())
    personal_data_erased.send(sender=None, person_id=lena.pk)
    assert not LastRequest.objects.exists()
