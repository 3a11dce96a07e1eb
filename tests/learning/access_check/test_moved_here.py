"""Who moved to a department brings no titles along that are meant for the people of the department before."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from learning.models import Module
from tests.learning.access_check.test_another_day import ask, made_long_ago, on
from tests.support.access_check import words
from tests.support.assumed import sign_in
from tests.support.days import moved_back
from tests.support.factories import permission_type
from tests.support.learning_factories import make_module

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def moved(max_, rita, copenhagen, aarhus):
    """Return Max, who came from Copenhagen yesterday, and whose access Rita may check in Aarhus."""
    rita.groups.set([permission_type("Checks in Aarhus", "see_people", "check_access", departments=[aarhus])])
    User.objects.filter(pk=rita.pk).update(department=aarhus)
    User.objects.filter(pk=max_.pk).update(department=copenhagen)
    made_long_ago(
        make_module("Closing of the roastery", {"department": copenhagen}),
        make_module("For all"),
        make_module("Harbour walk", {"department": aarhus}),
    )
    User.objects.filter(pk=max_.pk).update(department=aarhus)
    moved_back(days=1)
    return max_


def test_what_was_for_the_people_there_stays_unnamed(client, rita, moved):
    sign_in(client, User.objects.get(pk=rita.pk))
    said = words(ask(client, moved, day=on(timezone.now() - 3 * DAY)))
    assert "1 item on" in said
    assert "For all" in said
    assert "And 1 item that you may not see." in said
    assert "roastery" not in said
    said = words(ask(client, moved, "changes", days=14))
    assert "1 change since" in said
    assert "Harbour walk" in said
    assert "And 1 change of an item that you may not see." in said
    assert "roastery" not in said


def test_what_was_taken_from_the_people_here_is_named_with_its_title_of_that_day(client, rita, moved):
    Module.objects.filter(title="Harbour walk").update(title="Tour", is_published=False)
    moved_back(minutes=1)
    sign_in(client, User.objects.get(pk=rita.pk))
    assert "Harbour walk" in words(ask(client, moved, day=on(timezone.now() - DAY / 2)))


def test_who_checks_access_everywhere_reads_all_titles(client, sam, moved):
    sign_in(client, sam)
    assert "Closing of the roastery" in words(ask(client, moved, day=on(timezone.now() - 3 * DAY)))
    assert "Closing of the roastery" in words(ask(client, moved, "changes", days=14))
