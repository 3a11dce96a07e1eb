"""New keys on two machines that don't restart at the same time."""

import json

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from audit.models import AuditEvent
from impersonation.models import AssumedSession
from tests.support.assumed import log_in_as, sign_in
from tests.support.installations import KEY, installation

OLD, NEW = "the old secret key " * 3, "the new secret key " * 3
BEFORE = override_settings(SECRET_KEY=OLD, SECRET_KEY_FALLBACKS=[])
KNOWS_NEW = override_settings(SECRET_KEY=OLD, SECRET_KEY_FALLBACKS=[NEW])
USES_NEW = override_settings(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[OLD])
AFTER = override_settings(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[])


@pytest.mark.django_db
def test_people_stay_signed_in_while_machines_change_their_secret_key(client, lena):
    with BEFORE:
        sign_in(client, lena)
    for machine in (BEFORE, KNOWS_NEW, USES_NEW, KNOWS_NEW, USES_NEW, USES_NEW, AFTER):
        with machine:
            assert client.get(reverse("dashboard")).status_code == 200


@pytest.mark.django_db
def test_an_assumed_session_goes_on_while_machines_change_their_secret_key(client, sam, lena):
    with BEFORE:
        log_in_as(client, sam, lena)
    for machine in (KNOWS_NEW, USES_NEW, KNOWS_NEW, USES_NEW):
        with machine:
            page = client.get(reverse("dashboard"))
            assert page.status_code == 200
            assert "Lena Sørensen" in page.content.decode()
    assert AssumedSession.objects.get().ended_at is None


@pytest.mark.django_db
def test_an_assumed_session_that_began_on_one_machine_is_exited_on_the_other(client, sam, lena):
    with USES_NEW:
        log_in_as(client, sam, lena)
    with KNOWS_NEW:
        client.post(reverse("assumed_session_exit"))
    assert AssumedSession.objects.get().cause == "exit"


@pytest.mark.django_db
def test_a_machine_that_does_not_know_the_new_key_lets_nobody_in(lena):
    client = Client()
    with AFTER:
        sign_in(client, lena)
    with BEFORE:
        page = client.get(reverse("dashboard"))
    assert (page.status_code, page["Location"].partition("?")[0]) == (302, reverse("account_login"))
    assert AuditEvent.objects.count() == 0


K1, K2 = f"k1:{KEY}", f"k2:another key; {KEY}"
RECORD = "from audit import log\nwith log.recording(): log.record('user.changed', detail={'by': %r})"
READY = "from django.test import Client; print(Client(SERVER_NAME='localhost').get('/readyz').status_code)"
ENCRYPT = "from accounts.second_factor_keys import encrypt; print(encrypt('the secret'))"
DECRYPT = "from accounts.second_factor_keys import decrypt; print(decrypt(%r))"


@pytest.fixture
def machines(tmp_path):
    """Return a function that starts a process on a machine, with a value of one setting."""
    with installation(tmp_path, "keys") as here:
        here.run("migrate", "--verbosity=0")

        def machine(setting, value):
            here.more = {setting: value}
            return here

        yield machine


@pytest.mark.long
def test_no_event_is_lost_or_forged_while_machines_change_their_audit_key(machines):
    def machine(value):
        return machines("AUDIT_KEYS", value)

    machine(K1).python(RECORD % "now, both")
    for first, second in ((f"{K1},{K2}", K1), (f"{K1},{K2}", f"{K1},{K2}"), (f"{K2},{K1}", f"{K1},{K2}")):
        machine(first).python(RECORD % "the machine that is ahead")
        machine(second).python(RECORD % "the machine that is behind")
    machine(f"{K2},{K1}").run("rotate_audit_key")
    behind = machine(f"{K1},{K2}").manage("shell", "--no-imports", "-c", RECORD % "an old key")
    assert behind.returncode == 1
    assert "Put 'k2' first in AUDIT_KEYS and restart" in behind.stderr
    assert machine(f"{K1},{K2}").python(READY).split()[-1] == "503"
    assert machine(f"{K2},{K1}").python(READY).split()[-1] == "200"
    machine(f"{K2},{K1}").python(RECORD % "the machine that was behind")
    report = json.loads(machine(f"{K2},{K1}").run("verify_audit", "--json"))
    print(f"recorded {report['events']}, altered {len(report['altered'])}")
    assert (report["events"], report["exit_code"]) == (9, 0)


@pytest.mark.long
def test_a_second_factor_can_be_read_on_every_machine_that_knows_the_new_key(machines):
    def machine(value):
        return machines("SECOND_FACTOR_KEYS", value)

    old, new = (machine(value).python(ENCRYPT).split()[-1] for value in (f"{K1},{K2}", f"{K2},{K1}"))
    assert (old[:3], new[:3]) == ("k1:", "k2:")
    for value in (f"{K1},{K2}", f"{K2},{K1}"):
        for stored in (old, new):
            assert "the secret" in machine(value).python(DECRYPT % stored)
    skipped = machine(K1).manage("shell", "--no-imports", "-c", DECRYPT % new)
    assert skipped.returncode == 1
    assert "needs the key 'k2', which SECOND_FACTOR_KEYS lacks" in skipped.stderr
