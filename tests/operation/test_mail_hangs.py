"""Mail servers that hang, drip, answer too late or refuse somebody: no page waits, and each message arrives once."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import Mail, mails, outbox
from accounts.models.outbox import FAILURES_IN_A_ROW, FIRST_RETRY, SECONDS_PER_MESSAGE
from impersonation.models import AssumedSession, Notice
from tests.support import mail_servers
from tests.support.assumed import log_in_as

pytestmark = pytest.mark.django_db(transaction=True)
RESET = "/accounts/password/reset/"


@pytest.fixture(autouse=True)
def impatient(settings):
    settings.EMAIL_TIMEOUT = 0.2
    cache.clear()


def run():
    """Run the timer's command once, and return what it printed."""
    out = StringIO()
    call_command("send_notices", stdout=out)
    return out.getvalue().strip()


def waiting():
    """Return the number of messages that nobody has sent or given up."""
    return sum(kind.objects.filter(sent_at=None, given_up_at=None).count() for kind in (Mail, Notice))


def everything_is_due():
    for kind in (Mail, Notice):
        kind.objects.update(try_at=timezone.now())


@pytest.mark.parametrize("mode", ["silent", "late"])
def test_no_request_waits_for_a_mail_server_that_hangs_and_no_message_is_lost(client, sam, lena, settings, mode):
    with mail_servers.running(settings, mode) as server:
        answers = [client.post(RESET, {"email": person.email}).status_code for person in (lena, sam) for _ in range(2)]
        log_in_as(client, sam, lena)
        answers.append(client.post(reverse("assumed_session_exit")).status_code)
        during, waited = server.connections, waiting()
        said = run()
    assert AssumedSession.objects.get().cause == "exit"
    assert (set(answers), during) == ({302}, 0)
    assert said == f"0 sent, {FAILURES_IN_A_ROW} failed, 0 given up"
    assert (server.connections, waiting()) == (FAILURES_IN_A_ROW, waited)
    with mail_servers.running(settings) as server:
        everything_is_due()
        assert run() == f"{waited} sent, 0 failed, 0 given up"
        assert run() == "0 sent, 0 failed, 0 given up"
    lost = waited - len(server.received)
    print(f"{mode}: requests {len(answers)}, connections meanwhile {during}, messages {waited}, lost {lost}")
    assert len(server.received) == waited >= FAILURES_IN_A_ROW + 1


def test_a_server_that_sends_a_byte_now_and_then_is_left_after_the_limit(lena, settings, monkeypatch, caplog):
    settings.EMAIL_TIMEOUT = 10
    monkeypatch.setattr(outbox, "SECONDS_PER_MESSAGE", 0.3)
    mails.put(Mail.Kind.PASSWORD_LINK, lena)
    with mail_servers.running(settings, "dripping") as server:
        assert run() == "0 sent, 1 failed, 0 given up"
    assert "the mail server took more than 0.3 seconds" in caplog.text
    assert 0 < server.dripped < mail_servers.DRIPS
    assert waiting() == 1


def test_nobody_else_takes_a_message_while_it_is_being_sent():
    """The process that has it stops before another one may try it."""
    assert FIRST_RETRY.total_seconds() > SECONDS_PER_MESSAGE


def test_recipients_who_are_refused_stop_nobody_behind_them(lena, max_, sam, rita, mona, settings):
    refused = [sam, rita, mona, lena]
    for person in (*refused, max_):
        mails.put(Mail.Kind.PASSWORD_LINK, person)
    assert len(refused) > FAILURES_IN_A_ROW
    with mail_servers.running(settings, refused=[person.email for person in refused]) as server:
        assert run() == "1 sent, 4 failed, 0 given up"
    print(f"refused {len(refused)}, kept {waiting()}, sent {len(server.received)}")
    assert (server.received, waiting()) == ([max_.email], len(refused))


@pytest.mark.parametrize("others", [4, pytest.param(40, marks=pytest.mark.long)])
def test_two_timers_at_once_send_each_message_once(lena, settings, others):
    settings.EMAIL_TIMEOUT = 30
    for _each in range(1 + others):
        mails.put(Mail.Kind.PASSWORD_LINK, lena)

    def first():
        try:
            return run()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, mail_servers.running(settings, "late") as server:
        asked = pool.submit(first)
        assert server.holds.wait(30), "the first timer sends a message"
        server.mode = "well"
        second = run()
        server.over.set()
        said = asked.result()
    print(f"messages {1 + others}, first timer: {said}; second: {second}; received {len(server.received)}")
    assert (said, second) == ("1 sent, 0 failed, 0 given up", f"{others} sent, 0 failed, 0 given up")
    assert len(server.received) == 1 + others
