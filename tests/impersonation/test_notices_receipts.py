"""The notice mail ends with a receipt: the event, and the head of the chain when the mail is written."""

from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from audit import log, triggers
from audit.models import AuditEvent
from audit.verification.receipts import PASTED_AT_MOST, Receipt, receipts_in
from impersonation.notices import Notice
from tests.support.assumed import log_in_as
from tests.support.permission_setup import set_company

pytestmark = pytest.mark.django_db


def send():
    Notice.objects.update(try_at=timezone.now())
    out = StringIO()
    call_command("send_notices", stdout=out)
    return out.getvalue()


def receipts(message):
    """Return the receipts of the whole mail, of its text and of its HTML."""
    sources = message.message().as_bytes(), message.body.encode(), message.alternatives[0][0].encode()
    return [receipts_in(source, at_most=PASTED_AT_MOST) for source in sources]


@pytest.mark.parametrize("moment", ["start", "end"])
def test_the_mail_holds_a_receipt_of_its_event_and_the_head_of_the_moment_when_it_is_written(
    client, sam, lena, max_, settings, moment
):
    set_company(notice=moment)
    log_in_as(client, sam, max_)
    client.post(reverse("assumed_session_exit"))
    session = log_in_as(client, sam, lena)
    client.post(reverse("assumed_session_exit"))
    Notice.objects.exclude(recipient=lena).delete()
    settings.EMAIL_BACKEND = "tests.support.mail_backends.Down"
    send()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with log.recording():
        log.record("made.up")
    assert send().startswith("1 sent")
    event = AuditEvent.objects.get(assumed_session=session.pk, kind=f"assumed_session.{moment}ed")
    head = AuditEvent.objects.get(kind="made.up")
    written = Receipt(str(event.log_id), event.seq, event.entry_hash, head.seq, head.entry_hash)
    assert receipts(mail.outbox[0]) == [[written]] * 3
    assert max(map(len, written.text.splitlines())) < 70
    assert written.text in mail.outbox[0].body


def test_a_log_that_lost_the_event_keeps_nobody_from_being_told(client, sam, lena):
    set_company(notice="end")
    log_in_as(client, sam, lena)
    client.post(reverse("assumed_session_exit"))
    triggers.drop(connection)
    AuditEvent.objects.filter(kind="assumed_session.ended").update(kind="other")
    assert send().startswith("1 sent")
    assert "receipt" not in mail.outbox[0].body + mail.outbox[0].alternatives[0][0]


def test_a_notice_whose_session_the_log_no_longer_knows_is_sent_to_nobody(client, sam, lena):
    log_in_as(client, sam, lena)
    notice = Notice.objects.get()
    assert str(notice) == f"start: {notice.assumed_session_id}"
    triggers.drop(connection)
    AuditEvent.objects.filter(kind="assumed_session.started").update(kind="other")
    assert notice.message() is None
