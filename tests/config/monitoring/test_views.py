"""The page /metrics is there for the holder of the token alone."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from config.monitoring import figures

pytestmark = pytest.mark.django_db
TOKEN = "only for the tests of metrics"


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(figures, "_kept", (-figures.CACHED_FOR, []))


@pytest.mark.parametrize(
    "sent", ["", "Bearer ", "Bearer wrong", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"]
)
def test_without_the_token_there_is_no_page(client, settings, sent):
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics", headers={"Authorization": sent}).status_code == 404


@pytest.mark.parametrize("sent", ["", "Bearer ", "Bearer", "Bearer None"])
def test_without_a_setting_there_is_no_page(client, settings, sent):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": sent}).status_code == 404


def test_an_owner_who_is_signed_in_needs_the_token_too(client, settings, owner):
    settings.METRICS_TOKEN = TOKEN
    client.force_login(owner)
    assert client.get("/metrics").status_code == 404


def test_with_the_token_it_is_text_that_prometheus_reads(client, settings):
    settings.METRICS_TOKEN = TOKEN
    client.get("/accounts/login/")
    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    families = {family.name: family for family in text_string_to_metric_families(response.content.decode())}
    assert {
        "standin_requests",
        "standin_request_seconds",
        "standin_database_up",
        "standin_build_info",
    } <= families.keys()
    assert client.post("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 405
