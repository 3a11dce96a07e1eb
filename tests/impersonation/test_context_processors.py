"""The people whose accounts an actor opened last, on the pages of User Management."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from impersonation.latest_targets import LATEST_TARGETS
from impersonation.models import AssumedSession
from tests.support.assumed import log_in_as, sign_in
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch):
    """Return a list that grows each time the latest targets are read."""
    found, read = [], LATEST_TARGETS.objects
    monkeypatch.setattr(LATEST_TARGETS, "objects", lambda **given: found.append(given) or read(**given))
    return found


def past(actor, *targets):
    """Record ended sessions of the actor, the last target being the newest."""
    for minutes, target in enumerate(reversed(targets), start=1):
        at = timezone.now() - timedelta(minutes=minutes)
        AssumedSession.objects.create(
            actor=actor, target=target, mode="act", started_at=at, last_active_at=at, ended_at=at, cause="exit"
        )


def latest(client, address=None):
    return [person.name for person in client.get(address or reverse("user_list")).context["latest_people"]]


def test_the_last_five_newest_first_each_once(client, sam, lena, max_, norreport):
    crowd = [UserFactory(first_name=name, last_name="", department=norreport) for name in ("A", "B", "C", "D")]
    past(sam, max_, crowd[0], lena, crowd[1], crowd[2], lena, crowd[3], max_)
    sign_in(client, sam)
    assert latest(client) == ["Max Kjær", "D", "Lena Sørensen", "C", "B"]
    page = client.get(reverse("user_detail", args=[lena.pk])).content.decode()
    assert f'<a href="/users/?id={max_.pk}">Max Kjær</a>' in page
    assert f'<a href="/users/?id={lena.pk}">' not in page  # it is her page


def test_the_page_of_the_only_one_offers_nobody(client, sam, lena, max_):
    past(sam, lena)
    sign_in(client, sam)
    assert "You last logged in as" not in client.get(reverse("user_detail", args=[lena.pk])).content.decode()
    assert "You last logged in as" in client.get(reverse("user_detail", args=[max_.pk])).content.decode()


def test_only_who_is_still_visible_and_active(client, rita, lena, max_, ina):
    past(rita, lena, max_, ina)  # Max has moved to Aarhus since, and Ina's account is deactivated
    sign_in(client, rita)
    assert latest(client) == ["Lena Sørensen"]
    User.objects.filter(pk=lena.pk).delete()
    assert latest(client) == []
    assert "You last logged in as" not in client.get(reverse("user_list")).content.decode()


def test_nobody_reads_the_people_of_others(client, sam, petra, lena):
    past(sam, lena)
    sign_in(client, petra)
    assert latest(client) == []


def test_without_the_right_nothing_is_asked(asked, client, mona, lena):
    past(mona, lena)
    sign_in(client, mona)
    assert latest(client) == []
    assert asked == []


def test_in_an_assumed_session_nobody_is_offered(client, sam, petra, lena):
    past(petra, lena)
    petra.groups.set(sam.groups.all())
    log_in_as(client, sam, petra)
    assert latest(client) == []


@pytest.mark.parametrize("number", [1, 60])
def test_it_costs_one_query_and_none_where_the_list_is_filtered(asked, client, sam, norreport, number):
    past(sam, *(UserFactory(department=norreport) for _ in range(number)))
    sign_in(client, sam)
    for query, expected in (("", 1), ("?q=a", 0), ("?id=1", 0)):
        asked.clear()
        client.get(reverse("user_list") + query)
        assert len(asked) == expected
