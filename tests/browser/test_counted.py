"""The main job counted: from the sign-in page to the learner's page and back, in few clicks and keys."""

import pytest

from audit.models import AuditEvent
from tests.support.assumed import events, text
from tests.support.browser import complaints_of
from tests.support.hands import Hands, main_job

pytestmark = pytest.mark.django_db(transaction=True)
CLICKS, KEYS = 6, 70


def test_the_main_job_takes_few_clicks_and_keys(new_context, live_server, sam, lena, max_):
    page = new_context(viewport={"width": 1280, "height": 720}).new_page()
    complaints = complaints_of(page)
    hands = Hands(page)
    steps = list(main_job(hands, live_server.url, sam.email))
    assert steps[-1] == "sign in, back at Lena's row"
    assert (hands.clicks, hands.keys) <= (CLICKS, KEYS)
    assert hands.keys <= KEYS
    [started] = events("assumed_session.started")
    assert text(started, "reason")["text"] == "Lena can't submit Food safety basics"
    assert AuditEvent.objects.filter(kind="assumed_session.ended").count() == 1
    assert complaints == []
