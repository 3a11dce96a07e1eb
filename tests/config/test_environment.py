"""A secret of a file, which its variable names."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment
from config.settings import BASE_DIR


def test_file_of_a_variable_holds_its_value(tmp_path):
    (tmp_path / "secret").write_text("kept in a file; long enough for everything that is signed with it\n")
    environment = {name: value for name, value in os.environ.items() if name != "SECRET_KEY"}
    environment |= {
        "SECRET_KEY_FILE": str(tmp_path / "secret"),
        "AUDIT_KEYS": "k1:for tests only; nothing is signed by it",
        "SECOND_FACTOR_KEYS": "k1:for tests only; nothing is encrypted by it",
        "DEBUG": "on",
    }
    program = "from config.settings import SECRET_KEY; print(SECRET_KEY)"
    ran = subprocess.run([sys.executable, "-c", program], cwd=BASE_DIR, env=environment, capture_output=True, text=True)
    assert ran.stdout.startswith("kept in a file; long enough"), ran.stderr


@pytest.mark.parametrize("value", ["$SECRET", "${SECRET}", "$(SECRET)"])
def test_a_name_in_the_place_of_a_secret_is_refused(monkeypatch, value):
    monkeypatch.setenv("A_SECRET", value)
    env = Environment()
    env.str("A_SECRET")
    with pytest.raises(ImproperlyConfigured, match="A_SECRET: It is the name of a variable") as said:
        env.refuse()
    assert value not in str(said.value)


def test_a_word_for_on_or_off_is_one(monkeypatch):
    env = Environment()
    for word, meant in (("on", True), ("True", True), ("1", True), ("off", False), ("no", False)):
        monkeypatch.setenv("A_SWITCH", word)
        assert env.bool("A_SWITCH", default=not meant) is meant
    assert env.problems == []
    for wrong in ("", "onn", "2"):
        monkeypatch.setenv("A_SWITCH", wrong)
        assert env.bool("A_SWITCH", default=True) is True
    assert len(env.problems) == 3


def test_a_file_ends_without_its_last_line_break(monkeypatch, tmp_path):
    (tmp_path / "keys").write_text("k1:a key of the file's own\n")
    monkeypatch.setenv("SOME_KEYS_FILE", str(tmp_path / "keys"))
    assert Environment().named_keys("SOME_KEYS") == {"k1": "a key of the file's own"}
    texts = ((" a b\r\n", " a b"), ("a\n\n", "a\n"), ("\ta ", "\ta "), ("\n", ""))
    for number, (written, meant) in enumerate(texts):
        (tmp_path / "secret").write_bytes(written.encode())
        monkeypatch.setenv(f"SOME_TEXT_{number}_FILE", str(tmp_path / "secret"))
        assert Environment().raw(f"SOME_TEXT_{number}") == meant


def test_an_address_that_cant_be_read_names_its_variable_and_not_its_password(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://a:planted#@h:x/d")
    env = Environment()
    assert env.db("DATABASE_URL", default="sqlite:///x")["ENGINE"].endswith("sqlite3")
    [(name, sentence)] = env.problems
    assert name == "DATABASE_URL"
    assert "planted" not in sentence


@pytest.mark.parametrize(
    ("name", "value", "is_refused"),
    [
        ("SECRET_KEY", "fifteen_letters", True),
        ("SECRET_KEY_FALLBACKS", "long enough for a key,changeme", True),
        ("SECRET_KEY_FALLBACKS", "long enough for a key,another one of that length", False),
        ("SECRET_KEY_FALLBACKS", "", False),
    ],
)
def test_a_short_secret_key_stops_the_start(name, value, is_refused):
    environment = os.environ | {
        "SECRET_KEY": "long enough for everything that is signed with it",
        "AUDIT_KEYS": "k1:for tests only; nothing is signed by it",
        "SECOND_FACTOR_KEYS": "k1:for tests only; nothing is encrypted by it",
        "DEBUG": "on",
    }
    words = [sys.executable, "-c", "import config.settings"]
    ran = subprocess.run(words, cwd=BASE_DIR, env=environment | {name: value}, capture_output=True, text=True)
    assert (f"{name}: It is short enough to guess." in ran.stderr) == is_refused
    assert (ran.returncode != 0) == is_refused
    assert "changeme" not in ran.stderr
