"""What strangers write into names and reasons stays text: in the form, the bar, the mails and the log lines."""

import json
import logging
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from accounts.models import User
from audit import log
from audit.context import Person
from audit.reading import visible
from config.logging import JsonFormatter, WhoActs
from impersonation.models import AssumedSession, Cause
from impersonation.notices import Moment, Notice
from tests.support.assumed import events, log_in_as, login_as_data, sign_in, text
from tests.support.hostile import HOSTILE, NEVER_ON_A_PAGE, SEEDS, storable
from tests.support.permission_setup import set_company

FORM = "application/x-www-form-urlencoded"
pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def lines():
    """Every log line, as production would write it."""
    written = []

    class Handler(logging.Handler):
        def emit(self, record):
            written.append(self.format(record))

    handler = Handler()
    handler.addFilter(WhoActs())
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def test_the_bar_shows_300_hostile_names_spelled_out(client, sam, lena):
    log_in_as(client, sam, lena)
    names = [hostile[:100] for hostile in HOSTILE if storable(hostile)]
    assert len(names) == 276
    for name in names:
        User.objects.filter(pk=lena.pk).update(first_name=name, last_name="")
        User.objects.filter(pk=sam.pk).update(first_name=name, last_name="")
        response = client.get(reverse("assumed_session"))
        page = response.content.decode()
        assert response.status_code == 200
        shown = escape(visible(name.strip()))
        assert shown in page
        assert not [never for never in NEVER_ON_A_PAGE if never in page.replace(shown, "")]


def test_300_hostile_reasons_go_out_as_text_and_forge_no_header(sam, lena):
    now = timezone.now()
    with log.recording():
        for hostile in HOSTILE:
            session = AssumedSession.objects.create(
                actor=sam, target=lena, mode="act", browser_session=uuid4().hex, last_active_at=now, ended_at=now,
                started_at=now, cause=Cause.EXIT,
            ).pk  # fmt: skip
            said = {"category": hostile, "text": hostile, "ticket": hostile, "mode": "act"}
            who = {"actor": Person(sam.pk, hostile, hostile), "target": lena.as_person(), "assumed_session": session}
            log.record("assumed_session.started", reason=said, **who)
            Notice.objects.create(assumed_session_id=session, recipient_id=lena.pk, moment=Moment.START)
    call_command("send_notices", verbosity=0)
    assert len(mail.outbox) == 300
    for message in mail.outbox:
        assert message.message().get_all("Set-Cookie") is None
        [(html, _)] = message.alternatives
        assert not [never for never in NEVER_ON_A_PAGE if never in html]


@pytest.mark.parametrize("field", ["text", "ticket", "category", "mode"])
def test_whatever_is_sent_is_refused_or_kept_as_it_was(client, sam, lena, lines, field):
    set_company(starts_per_hour=1000)
    sign_in(client, sam)
    address = reverse("login_as", args=[lena.pk])
    for seed in SEEDS:
        sent = seed.encode("utf-8", "surrogatepass")
        value = sent + b" is what the case is about" if field == "text" else sent
        body = urlencode(login_as_data(**{field: value}))
        response = client.post(address, body, content_type=FORM, headers={"user-agent": seed[:300]})
        assert response.status_code in (302, 422), (seed, response.status_code)
        if response.status_code == 302:
            assert (
                sent.decode(errors="replace").strip()[:10]
                in text(events("assumed_session.started")[-1], "reason")[field]
            )
            client.post(reverse("assumed_session_exit"))
            sign_in(client, sam)
    assert AssumedSession.objects.exists() == (field in ("text", "ticket"))
    for line in lines:
        assert "\n" not in line
        assert json.loads(line)["message"]


def test_a_hostile_address_leaves_one_line(client, sam, lines):
    sign_in(client, sam)
    for seed in SEEDS:
        path = f"/nowhere/{seed[:50]}".encode("utf-8", "surrogatepass").decode("latin-1")
        assert client.get("/nowhere/", PATH_INFO=path).status_code in (400, 404)
    assert len(lines) >= len(SEEDS)
    assert [line for line in lines if "\n" in line or not json.loads(line)] == []
