"""Keys are rotated and people erased; the chain still verifies."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit import chain, log, triggers
from audit.context import Person
from audit.keys import RetiredKey
from audit.models import AuditErasure, AuditEvent, AuditText
from audit.verification.checker import verify
from impersonation.models import AssumedSession
from tests.support.assumed import GOOD_REASON, detail, log_in_as, post_login_as, sign_in, text
from tests.support.learning_factories import make_event

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/audit/auditevent/"
LAW = "Request of 3 May under Article 17"


@pytest.fixture
def helped(client, sam, lena):
    log_in_as(client, sam, lena)
    client.post(reverse("assumed_session_exit"))
    return AuditEvent.objects.count()


def said_everywhere():
    return " ".join(AuditText.objects.values_list("text", flat=True))


def test_erasing_lena_leaves_who_came_when_and_why(client, helped, audrey, lena, capsys):
    call_command("erase_user", lena.email, legal_basis=LAW, yes=True)
    report = verify()
    assert (report.exit_code, report.erased, report.events) == (0, 2, helped + 1)
    assert "Lena" not in said_everywhere()
    assert lena.email not in said_everywhere()
    for kept in ("Sam Okafor", GOOD_REASON):
        assert kept in said_everywhere()
    last = AuditEvent.objects.latest("seq")
    assert (last.kind, last.target_id, text(last, "reason")["text"]) == ("audit.erased", lena.pk, LAW)
    assert detail(last) == {"as_actor": 0, "as_target": 2, "details": 0}
    assert set(AuditErasure.objects.values_list("erased_by", flat=True)) == {last.seq}
    sign_in(client, audrey)
    assert "0 audit events" in client.get(f"{LIST}?q=lena").content.decode()
    assert f"erased (person {lena.pk})" in client.get(LIST).content.decode()


def test_erasing_sam_keeps_lena(helped, sam):
    call_command("erase_user", str(sam.pk), legal_basis=LAW, yes=True)
    assert "Okafor" not in said_everywhere()
    assert "Sørensen" in said_everywhere()
    assert GOOD_REASON in said_everywhere()
    assert verify().exit_code == 0


def test_erasing_lena_erases_what_was_changed_of_hers_and_nothing_else(client, sam, max_, lena):
    event = make_event()
    for person in (lena, max_):
        client = Client()
        log_in_as(client, sam, person)
        client.post(reverse("event_register", args=[event.pk]))
    with log.recording():
        log.record("user.changed", target=lena.as_person(), detail={"before": {"email": "was@harbour.example"}})
    call_command("erase_user", lena.email, legal_basis=LAW, yes=True)
    for gone in ("Lena", lena.email, "was@harbour.example", f'"user_id":{lena.pk}'):
        assert gone not in said_everywhere()
    assert f'"user_id":{max_.pk}' in said_everywhere()
    assert detail(AuditEvent.objects.latest("seq"))["details"] == 2
    assert verify().exit_code == 0


def test_somebody_who_was_deleted_is_still_found_by_the_address(helped, lena):
    email = lena.email
    lena.delete()
    assert AuditEvent.objects.count() == helped
    assert verify().exit_code == 0
    call_command("erase_user", email, legal_basis=LAW, yes=True)
    assert email not in said_everywhere()


@pytest.mark.parametrize(
    ("who", "answer"), [("lena", "no"), ("nobody@harbour.example", ""), ("999999", ""), ("lena", "")]
)
def test_nothing_is_erased_unless_it_is_meant(helped, lena, who, answer, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _: answer)
    with pytest.raises(CommandError):
        call_command("erase_user", lena.email if who == "lena" else who, legal_basis=LAW)
    assert (AuditEvent.objects.count(), AuditErasure.objects.count()) == (helped, 0)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"legal_basis": " "}, "Say what the legal basis is."),
        ({"actor": "nobody@harbour.example"}, "Nobody active has the address nobody@harbour.example."),
        ({"actor": "ina@harbour.example"}, "Nobody active has the address ina@harbour.example."),
    ],
)
def test_nothing_is_erased_without_a_legal_basis_or_by_nobody(helped, lena, ina, options, sentence):
    User.objects.filter(pk=ina.pk).update(email="ina@harbour.example")
    with pytest.raises(CommandError, match=sentence):
        call_command("erase_user", lena.email, yes=True, **{"legal_basis": LAW} | options)
    assert (AuditEvent.objects.count(), AuditErasure.objects.count()) == (helped, 0)


def test_who_erases_is_on_record(helped, lena, owner):
    call_command("erase_user", lena.email, legal_basis=LAW, yes=True, actor="OWNER@harbour.example")
    last = AuditEvent.objects.latest("seq")
    assert (last.kind, last.actor_id, text(last, "actor")["name"]) == ("audit.erased", owner.pk, owner.name)


def test_a_dry_run_says_what_would_happen(helped, lena, capsys):
    call_command("erase_user", lena.email, legal_basis=LAW, dry_run=True)
    assert "from 2 where somebody acted for them" in capsys.readouterr().out
    assert (AuditEvent.objects.count(), AuditErasure.objects.count()) == (helped, 0)


def test_the_right_number_typed_erases(helped, lena, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _: str(lena.pk))
    call_command("erase_user", lena.email, legal_basis=LAW)
    assert AuditErasure.objects.count() == 2


def write():
    with log.recording():
        log.record("user.imported", actor=Person(7, "Sam", ""))


@pytest.fixture
def rotated(settings):
    """Return a log whose second event replaced k1 by k2; returns the keys, by name."""
    write()
    keys = settings.AUDIT_KEYS | {"k2": "a newer secret", "k3": "the newest secret"}
    settings.AUDIT_KEYS = {name: keys[name] for name in ("k2", "k1")}
    call_command("rotate_audit_key", dry_run=True)
    assert AuditEvent.objects.count() == 1
    call_command("rotate_audit_key")
    return keys


def test_after_the_rotation_the_old_key_signs_nothing(rotated):
    last = AuditEvent.objects.latest("seq")
    assert (last.kind, last.key_id, detail(last)) == ("audit.key_rotated", "k2", {"before": "k1", "after": "k2"})
    write()
    assert verify().exit_code == 0
    head = AuditEvent.objects.latest("seq")
    forged = AuditEvent(
        seq=4, log_id=head.log_id, schema=1, at=head.at, kind="made.up", outcome="done", prev_hash=head.entry_hash
    )
    forged.entry_hash = chain.entry_hash(chain.hashed_fields(forged))
    forged.key_id, forged.mac = "k1", chain.mac("k1", forged.entry_hash)
    forged.save(force_insert=True)
    report = verify()
    assert report.exit_code == 1
    assert report.altered == [(4, "is signed with a key that was retired before it")]


@pytest.mark.parametrize("names", [["k1"], ["k1", "k2"], ["k1", "k3"]])
def test_who_missed_the_rotation_writes_nothing(settings, rotated, names):
    settings.AUDIT_KEYS = {name: rotated[name] for name in names}
    with pytest.raises(RetiredKey, match="rotated to the key 'k2', and this process would sign with 'k1'"):
        write()
    with pytest.raises(CommandError, match="Put 'k2' first in AUDIT_KEYS and restart"):
        call_command("rotate_audit_key")
    settings.AUDIT_KEYS = {name: rotated[name] for name in ("k2", "k1")}
    write()
    assert (verify().exit_code, verify().events) == (0, 3)


def test_who_missed_the_rotation_starts_no_assumed_session_and_the_log_line_says_why(
    settings, rotated, sam, lena, caplog
):
    settings.AUDIT_KEYS = {"k1": rotated["k1"]}
    client = Client(raise_request_exception=False)
    sign_in(client, sam)
    response = post_login_as(client, lena)
    assert response.status_code == 503
    assert "It can't be recorded right now" in response.content.decode()
    assert "Put 'k2' first in AUDIT_KEYS and restart" in caplog.text
    assert not AssumedSession.objects.exists()
    assert client.get("/").context["user"] == sam


def test_the_key_of_the_next_rotation_may_already_sign(settings, rotated):
    settings.AUDIT_KEYS = {name: rotated[name] for name in ("k3", "k2", "k1")}
    write()
    settings.AUDIT_KEYS = {name: rotated[name] for name in ("k2", "k1", "k3")}
    write()  # restarted later than the other
    settings.AUDIT_KEYS = {name: rotated[name] for name in ("k3", "k2", "k1")}
    call_command("rotate_audit_key")
    write()
    assert verify().exit_code == 0


def test_where_the_key_of_the_newest_rotation_is_lost_a_new_one_takes_over(settings, rotated):
    settings.AUDIT_KEYS = {name: rotated[name] for name in ("k3", "k1")}
    with pytest.raises(RetiredKey, match="if that key is lost"):
        write()
    call_command("rotate_audit_key")
    write()
    assert AuditEvent.objects.latest("seq").key_id == "k3"


def test_without_a_new_key_there_is_nothing_to_rotate():
    write()
    with pytest.raises(CommandError, match="nothing to rotate"):
        call_command("rotate_audit_key")
    assert AuditEvent.objects.count() == 1


def test_migrating_back_and_on_keeps_the_log_and_its_guards():
    write()
    for name in ("0001", "0004", "0005"):
        call_command("migrate", "audit", name, verbosity=0)
        assert triggers.missing(connection) == []
    assert verify().exit_code == 0
    write()
    assert verify().events == 2
