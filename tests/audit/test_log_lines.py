"""Every log line says whose request it belongs to, and in production each is one JSON object."""

import json
import logging
import uuid

import pytest
from django.conf import settings

from audit import context
from audit.context import Person
from config.logging import JsonFormatter, WhoActs, configuration
from tests.support.assumed import log_in_as, sign_in

SAM, LENA = Person(1, "Sam", "sam@harbour.example"), Person(2, "Lena", "lena@harbour.example")


class Lines(logging.Handler):
    """Keeps the lines as production would print them."""

    def __init__(self):
        super().__init__()
        self.addFilter(WhoActs())
        self.setFormatter(JsonFormatter())
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))

    def of(self, logger):
        return [line for line in map(json.loads, self.lines) if line["logger"] == logger]


@pytest.fixture
def log():
    handler = Lines()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


def test_a_line_written_on_behalf_names_both_people_the_session_and_the_request(log):
    session, request = uuid.uuid4(), uuid.uuid4()
    with context.scoped(actor=SAM, target=LENA, assumed_session=session, request_id=request):
        logging.getLogger("impersonation").warning("Something of %s", "hers")
    [line] = log.of("impersonation")
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "WARNING", "logger": "impersonation", "message": "Something of hers",
        "request_id": str(request), "actor": 1, "target": 2, "assumed_session": str(session),
    }  # fmt: skip


def test_a_line_outside_any_request_names_nobody(log):
    logging.getLogger("audit").warning("Starting")
    [line] = log.of("audit")
    assert {line[name] for name in ("request_id", "actor", "target", "assumed_session")} == {None}


def test_a_line_break_in_a_name_forges_no_second_line(log):
    logging.getLogger("accounts").warning("Refused for %s", 'Eve\n{"actor": 1, "message": "all is well"}')
    assert [len(line.splitlines()) for line in log.lines] == [1]


def test_an_exception_stays_on_its_line(log):
    try:
        raise RuntimeError("half-way")
    except RuntimeError:
        logging.getLogger("accounts").exception("It failed")
    [line] = log.of("accounts")
    assert "RuntimeError: half-way" in line["exception"]
    assert len(log.lines[0].splitlines()) == 1


@pytest.mark.django_db
def test_what_django_logs_of_a_refused_request_names_who_made_it(client, log, sam, lena):
    session = log_in_as(client, sam, lena)
    response = client.get("/account/")
    assert response.status_code == 403
    [line] = log.of("django.request")
    assert line["request_id"] == response.headers["X-Request-Id"]
    assert (line["actor"], line["target"], line["assumed_session"]) == (sam.pk, lena.pk, str(session.pk))


@pytest.mark.django_db
def test_a_plain_request_names_the_actor_alone(client, log, mona, max_):
    sign_in(client, mona)
    client.get(f"/users/{max_.pk}/login-as/")
    [line] = log.of("django.request")
    assert (line["actor"], line["target"], line["assumed_session"]) == (mona.pk, None, None)


def test_production_logs_json_and_a_terminal_gets_plain_lines():
    assert configuration(machines_read_it=False) == settings.LOGGING  # these settings were read with DEBUG on
    assert configuration(machines_read_it=True)["handlers"]["stream"]["formatter"] == "json"
    for said in (True, False):
        assert configuration(machines_read_it=said)["handlers"]["stream"]["filters"] == ["who_acts"]
