"""What people do to their own account names them once."""

import pytest
from django.utils import translation

from audit import log
from audit.context import Person
from audit.models import AuditEvent
from audit.own_sentences import OWN
from audit.sentences import sentence

pytestmark = pytest.mark.django_db
LENA = Person(8, "Lena Sørensen", "lena@harbour.example")


@pytest.mark.parametrize("kind", OWN)
@pytest.mark.parametrize("language", ["en", "da", "de"])
def test_the_person_is_named_once(kind, language):
    with log.recording():
        log.record(kind, actor=LENA, target=LENA)
    with translation.override(language):
        assert sentence(AuditEvent.objects.latest("seq")).count("Lena Sørensen") == 1


def test_a_sign_in_without_an_account_names_nobody():
    with log.recording():
        log.record("sign_in.failed", outcome="refused")
        log.record("sign_in.failed", outcome="refused", target=LENA)
    nobody, lena = map(sentence, AuditEvent.objects.order_by("seq"))
    assert nobody == "Somebody failed to sign in with an address that no account has"
    assert lena == "Somebody failed to sign in as <strong>Lena Sørensen</strong>"
