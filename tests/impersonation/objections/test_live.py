"""The live sessions of an account are read for its owner alone."""

import pytest

from impersonation.objections.live import live_sessions
from tests.support.assumed import log_in_as, sign_in

pytestmark = pytest.mark.django_db


def test_in_her_place_nothing_is_read(client, sam, lena):
    log_in_as(client, sam, lena)
    request = client.get("/").wsgi_request
    request.user.live_session = request.assumed_session.pk
    assert live_sessions(request) == []


def test_without_a_session_nothing_is_read(client, lena, django_assert_num_queries):
    sign_in(client, lena)
    request = client.get("/").wsgi_request
    with django_assert_num_queries(0):
        assert live_sessions(request) == []
