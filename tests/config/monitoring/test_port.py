"""The port of the metrics answers one request alone."""

import socket
from threading import Thread
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from config.monitoring import figures, port

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address(settings, monkeypatch):
    settings.METRICS_PORT = 0  # any free one
    monkeypatch.setattr(figures, "read", list)
    server = port.bind()
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_port_answers_the_scrape_and_nothing_else(address):
    with urlopen(f"{address}/metrics") as answer:
        assert b"standin_requests_total" in answer.read()
    for wrong in (f"{address}/", f"{address}/metrics/", f"{address}/healthz", Request(f"{address}/metrics", b"x")):
        with pytest.raises(HTTPError) as refused:
            urlopen(wrong)
        with refused.value as answer:
            assert answer.code == 404


def test_a_taken_port_is_said_in_the_log(settings, monkeypatch, caplog):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings.METRICS_PORT = taken.getsockname()[1]

        def enough(seconds):
            raise InterruptedError

        monkeypatch.setattr(port.time, "sleep", enough)
        monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
        with pytest.raises(InterruptedError):
            port.serve_when_first()
    assert f"can't be served on METRICS_PORT {settings.METRICS_PORT}" in caplog.text


def test_without_a_port_nothing_listens(settings, monkeypatch):
    def started(*args, **kwargs):
        raise AssertionError

    monkeypatch.setattr(port, "Thread", started)
    settings.METRICS_PORT = 0
    port.start()
