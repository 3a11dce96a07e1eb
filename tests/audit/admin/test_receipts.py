"""The page on which the auditor pastes a receipt: it answers, links to the event, and keeps what was pasted."""

import html
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import triggers
from audit.models import AuditEvent
from audit.verification.receipts import PASTED_AT_MOST, receipt_of
from tests.support.assumed import data_queries, log_in_as, sign_in

pytestmark = pytest.mark.django_db
PAGE = "/admin/audit/auditevent/receipt/"


@pytest.fixture
def notice(client, sam, lena, audrey):
    """Return the source of the mail that Lena got; Audrey is signed in."""
    log_in_as(client, sam, lena)
    call_command("send_notices", stdout=StringIO())
    client.post(reverse("assumed_session_exit"))
    sign_in(client, audrey)
    return mail.outbox[0].message().as_bytes().decode()


def pasted(client, text):
    response = client.post(PAGE, {"receipt": text})
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def test_the_list_leads_to_the_page(client, notice):
    assert f'href="{PAGE}"' in client.get("/admin/audit/auditevent/").content.decode()
    page = client.get(PAGE).content.decode()
    assert "<h1>Check a receipt</h1>" in page
    assert "errorlist" not in page


def test_the_mail_of_lena_is_verified_and_leads_to_its_event(client, notice):
    page = pasted(client, notice)
    assert page.count("The receipt of event #1 agrees with the log") == 1
    assert "Event #1 is in the log as it was when the receipt was written." in page
    assert f'href="{reverse("admin:audit_auditevent_change", args=[1])}"' in page


def test_what_is_wrong_is_said_and_what_was_pasted_stays(client, notice):
    triggers.drop(connection)
    AuditEvent.objects.filter(seq=1).update(actor_id=99)
    page = pasted(client, notice)
    assert "The receipt of event #1 does not agree with the log" in page
    assert "Event #1: its fields were altered." in page
    assert "STANDIN RECEIPT 1" in page
    assert "Open event #1" in page


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Paste a receipt first."),
        ("   ", "Paste a receipt first."),
        ("</textarea><script>alert(1)</script>", "No receipt was found."),
        ("STANDIN RECEIPT 1 log: x", "A receipt is incomplete"),
        ("NUL \0", "Null characters are not allowed."),
        ("x" * (PASTED_AT_MOST + 1), "This is too large: at most 512.0"),
        ("\N{CHURCH}" * (PASTED_AT_MOST // 3 + 1), "This is too large: at most 512.0"),
    ],
)
def test_bad_input_is_an_error_that_keeps_what_was_typed(client, notice, text, said):
    response = client.post(PAGE, {"receipt": text})
    assert response.status_code == 200
    page = response.content.decode()
    assert said in html.unescape(page)
    assert html.escape(text.strip()) in page
    assert "<script>alert" not in page


def test_what_is_beyond_the_limit_of_every_form_is_refused_unread(client, notice):
    assert client.post(PAGE, {"receipt": "x" * (3 << 20)}).status_code == 413


@pytest.mark.parametrize("who", ["lena", "sam", "carl", "mona"])
def test_nobody_but_the_auditor_asks(client, request, notice, who):
    sign_in(client, request.getfixturevalue(who))
    for response in (client.get(PAGE), client.post(PAGE, {"receipt": notice})):
        assert response.status_code in (403, 404)
        assert "agrees with the log" not in response.content.decode()


def test_nothing_is_changed_or_recorded_by_asking(client, notice):
    before = AuditEvent.objects.count()
    with CaptureQueriesContext(connection) as captured:
        pasted(client, notice)
    assert AuditEvent.objects.count() == before
    assert not [sql for sql in data_queries(captured) if sql.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_many_receipts_cost_the_same_queries_as_one(client, notice):
    counts = []
    for text in (notice, receipt_of(seq=1).text + receipt_of(seq=2).text):
        with CaptureQueriesContext(connection) as captured:
            pasted(client, text)
        counts.append(len(data_queries(captured)))
    # Session, person, rights of the person and of the permission types; the end of the log; events, texts, erasures.
    assert counts == [11, 11]
