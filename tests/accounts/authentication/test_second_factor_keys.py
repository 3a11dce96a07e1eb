"""The secrets of second factors: encrypted in the database, and believed only if we encrypted them ourselves."""

import json
import os
import subprocess
import sys
from importlib import import_module
from types import SimpleNamespace

import pytest
import serve_demo
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from accounts.second_factor_keys import Unreadable, decrypt, encrypt
from config.settings import BASE_DIR
from tests.support.assumed import sign_in
from tests.support.second_factor import code_now

pytestmark = pytest.mark.django_db
HOME = "/accounts/2fa/"
KNOWN = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SENTENCE = "Your second factor can&#x27;t be read here. Please tell the operator of the platform."


@pytest.fixture
def factors(sam):
    """Sam's authenticator app and recovery codes; returns the app's secret and the codes."""
    secret = generate_totp_secret()
    TOTP.activate(sam, secret)
    return secret, RecoveryCodes.activate(sam).get_unused_codes()


def signing_in(person, code):
    """Return a browser in which the right password and then this code were typed, with the answer."""
    browser = Client()
    browser.post("/accounts/login/", {"login": person.email, "password": "standin-demo"})
    return browser, browser.post(f"{HOME}authenticate/", {"code": code})


def stored(kind):
    return Authenticator.objects.get(type=kind).data["secret" if kind == "totp" else "seed"]


def store(kind, text):
    Authenticator.objects.filter(type=kind).update(data={"secret": text} if kind == "totp" else {"seed": text})


def assert_closed(person, code):
    browser, response = signing_in(person, code)
    assert (response.status_code, SENTENCE in response.content.decode()) == (200, True)
    assert browser.get("/").status_code == 302


def test_no_secret_lies_in_the_clear(sam):
    TOTP.activate(sam, KNOWN)
    RecoveryCodes.activate(sam)
    with connection.cursor() as cursor:
        cursor.execute("SELECT type, data FROM mfa_authenticator")
        rows = {kind: data if isinstance(data, str) else json.dumps(data) for kind, data in cursor.fetchall()}
    assert set(rows) == {"totp", "recovery_codes"}
    assert all("k1:gAAAA" in data for data in rows.values())
    assert KNOWN not in rows["totp"]
    assert decrypt(stored("recovery_codes")) not in rows["recovery_codes"]


def test_what_is_encrypted_still_lets_in(sam, factors):
    secret, codes = factors
    assert signing_in(sam, code_now(secret))[1].status_code == 302
    assert signing_in(sam, codes[0])[1].status_code == 302


@pytest.mark.parametrize("planted", [KNOWN, f"k1:{KNOWN}", f"k9:{KNOWN}", "", ":"])
def test_a_secret_that_somebody_wrote_into_the_database_opens_nothing(sam, factors, caplog, planted):
    store("totp", planted)
    assert_closed(sam, code_now(KNOWN))
    assert "The secret of a second factor" in caplog.text
    assert KNOWN not in caplog.text


def test_recovery_codes_that_somebody_wrote_into_the_database_open_nothing(sam, factors):
    Authenticator.objects.filter(type="recovery_codes").update(data={"migrated_codes": ["11111111"], "used_mask": 0})
    assert_closed(sam, "11111111")


@pytest.mark.parametrize(
    "keys", [{"k2": "another key altogether"}, {"k1": "not the key that it was"}], ids=["missing", "wrong"]
)
def test_without_the_right_key_nobody_gets_in_and_the_pages_say_why(client, sam, factors, settings, caplog, keys):
    secret, codes = factors
    settings.SECOND_FACTOR_KEYS = keys
    assert_closed(sam, code_now(secret))
    assert_closed(sam, codes[0])
    assert "SECOND_FACTOR_KEYS lacks" in caplog.text or "another key was called 'k1' before" in caplog.text
    sign_in(client, sam)
    session = client.session
    session["account_authentication_methods"][-1]["reauthenticated"] = True
    session.save()
    for page in ("codes/", "codes/file/"):
        response = client.get(HOME + page)
        assert (response.status_code, SENTENCE in response.content.decode()) == (403, True), page
    assert client.get(HOME).status_code == 200
    proof = client.post("/account/confirm-identity/", {"code": codes[0]})
    assert (proof.status_code, SENTENCE in proof.content.decode()) == (422, True)


def test_an_altered_secret_is_refused(factors):
    kept = stored("totp")
    for altered in (kept[:-4] + "AAA=", kept.replace("k1:", "k2:"), kept[:40]):
        with pytest.raises(Unreadable):
            decrypt(altered)


def test_after_the_rotation_the_older_key_may_go(sam, factors, settings, capsys):
    secret, codes = factors
    old = settings.SECOND_FACTOR_KEYS
    settings.SECOND_FACTOR_KEYS = {"k2": "a newer key for all of them"} | old
    assert signing_in(sam, codes[0])[1].status_code == 302, "both keys read"
    call_command("rotate_second_factor_keys")
    assert "Key k2: 2 encrypted again, 0 unchanged." in capsys.readouterr().out
    call_command("rotate_second_factor_keys")
    assert "Key k2: 0 encrypted again, 2 unchanged." in capsys.readouterr().out
    settings.SECOND_FACTOR_KEYS = {"k2": "a newer key for all of them"}
    assert signing_in(sam, code_now(secret))[1].status_code == 302
    assert signing_in(sam, codes[1])[1].status_code == 302
    assert signing_in(sam, codes[0])[1].status_code == 200, "it was used before the rotation"


def test_the_rotation_blesses_nothing_that_it_cannot_read(sam, factors, settings):
    store("totp", KNOWN)
    settings.SECOND_FACTOR_KEYS = {"k2": "a newer key for all of them"} | settings.SECOND_FACTOR_KEYS
    with pytest.raises(CommandError, match=rf"people {sam.pk}\."):
        call_command("rotate_second_factor_keys")
    assert stored("totp") == KNOWN
    assert stored("recovery_codes").startswith("k2:")


def test_the_migration_encrypts_what_there_is_and_goes_back(sam, factors):
    secret, _codes = factors
    [step] = import_module("accounts.migrations.0008_encrypted_second_factors").Migration.operations
    seed = decrypt(stored("recovery_codes"))
    editor = SimpleNamespace(connection=connection)
    step.reverse_code(apps, editor)
    assert (stored("totp"), stored("recovery_codes")) == (secret, seed)
    store("recovery_codes", kept := encrypt(seed))
    step.code(apps, editor)
    assert decrypt(stored("totp")) == secret
    assert stored("recovery_codes") == kept, "what is encrypted already stays"


@pytest.mark.once
@pytest.mark.parametrize("keys", ["", "k1", "k1:too short", ":a long key without a name"])
def test_nothing_starts_without_a_key(keys):
    done = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=BASE_DIR, env=os.environ | {"SECOND_FACTOR_KEYS": keys}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode != 0
    assert "SECOND_FACTOR_KEYS needs at least one key" in done.stderr


@pytest.mark.once
@pytest.mark.parametrize("before", ["DEBUG=on\nSECRET_KEY=x", "DEBUG=on\n", "", None])
def test_the_demo_adds_the_key_to_settings_from_before_there_was_one(tmp_path, monkeypatch, before):
    monkeypatch.chdir(tmp_path)
    env = tmp_path / ".env"
    if before is not None:
        env.write_text(before)
    serve_demo.write_settings()
    serve_demo.write_settings()
    lines = env.read_text().splitlines()
    assert lines[: len((before or "").splitlines())] == (before or "").splitlines()
    [line] = [line for line in lines if line.startswith("SECOND_FACTOR_KEYS=k1:")]
    assert len(line) > 50
