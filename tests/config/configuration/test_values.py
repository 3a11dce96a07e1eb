"""`manage.py check_config` says everything that is wrong at once, by name, and never a value."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError

from config.configuration import surroundings, values
from config.environment import Environment
from config.settings import BASE_DIR

SOUND = {
    "SECRET_KEY": "only for tests, nothing is kept under it, and long enough for all of them",
    "AUDIT_KEYS": "k1:for tests only; nothing is signed by it",
    "SECOND_FACTOR_KEYS": "k1:for tests only; nothing is encrypted by it",
    "DEBUG": "off", "SITE_URL": "https://learning.example", "EMAIL_URL": "smtp://127.0.0.1:1", "ALLOWED_HOSTS": "",
    "TRUSTED_PROXY_COUNT": "1",
}  # fmt: skip
PLANTED = "PlantedSecret42"


def run(tmp_path, *words, **changes):
    """Run a command of manage.py as a process with a sound configuration that is changed; return (code, output)."""
    environment = {name: value for name, value in os.environ.items() if name not in SOUND | {"ALLOWED_HOSTS": ""}}
    environment |= SOUND | {"DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite3'}"} | changes
    environment = {name: value for name, value in environment.items() if value or name in changes}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    words = [sys.executable, "manage.py", *(words or ("check_config",))]
    ran = subprocess.run(words, cwd=BASE_DIR, env=environment, capture_output=True, text=True)
    return ran.returncode, ran.stdout + ran.stderr


def test_everything_that_is_wrong_is_said_at_once_without_a_value(tmp_path):
    code, said = run(
        tmp_path, STEP_UP_MINUTES="", DEBUG=PLANTED, SIGN_IN_FAILURES=PLANTED, ALLOWED_HOSTS="other.example",
        AUDIT_KEYS=f"k1:{PLANTED}{PLANTED},k1:{PLANTED}{PLANTED},{PLANTED},k3:", SECRET_KEY="$" + PLANTED,
        SECOND_FACTOR_KEYS_FILE=f"/{PLANTED}/gone", TRUSTED_PROXY_COUNT="0", CACHE_URL="redis://127.0.0.1:1/0",
        DATABASE_URL=f"postgres://a:{PLANTED}#@127.0.0.1:x/db", AUDIT_ANCHOR_FILE="/nowhere/anchors",
        METRICS_TOKEN="short", SITE_URL="http://learning.example",
    )  # fmt: skip
    named = {line.partition(":")[0] for line in said.splitlines()}
    assert code == 1, said
    assert {
        "STEP_UP_MINUTES", "DEBUG", "SIGN_IN_FAILURES", "ALLOWED_HOSTS", "AUDIT_KEYS", "SECRET_KEY", "DATABASE_URL",
        "SECOND_FACTOR_KEYS_FILE", "TRUSTED_PROXY_COUNT", "CACHE_URL", "AUDIT_ANCHOR_FILE", "METRICS_TOKEN", "SITE_URL",
    } <= named  # fmt: skip
    assert PLANTED not in said
    assert "Traceback" not in said


@pytest.mark.parametrize("command", ["check", "migrate"])
def test_a_start_with_wrong_settings_is_sentences_and_no_traceback(tmp_path, command):
    code, said = run(tmp_path, command, STEP_UP_MINUTES="", LOGIN_AS_ENABLED=PLANTED, SECRET_KEY="")
    assert code == 1
    assert {"STEP_UP_MINUTES", "LOGIN_AS_ENABLED", "SECRET_KEY"} <= {
        line.partition(":")[0] for line in said.splitlines()
    }
    assert "Traceback" not in said
    assert PLANTED not in said


def test_the_server_says_it_too(tmp_path):
    environment = os.environ | SOUND | {"STEP_UP_MINUTES": "", "DJANGO_SETTINGS_MODULE": "config.settings"}
    ran = subprocess.run(
        [sys.executable, "-c", "import config.wsgi"], cwd=BASE_DIR, env=environment, capture_output=True, text=True
    )
    assert ran.returncode == 1
    assert "STEP_UP_MINUTES: It is not a whole number." in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("value", ["", " ", "ten", "-1", "1.5", "١"])
def test_a_number_is_digits(monkeypatch, value):
    monkeypatch.setenv("A_NUMBER", value)
    env = Environment()
    assert env.int("A_NUMBER", default=7) == 7
    assert [name for name, _sentence in env.problems] == ["A_NUMBER"]


@pytest.mark.parametrize(
    ("value", "is_wrong"),
    [("${NAME}", True), ("k1:$NAME", True), ("$(pass x)", True), ("postgres://a:$PW@h/d", True),
     ("a$b and 5$", False), ("k1:se$NAME", False), ("$5 is the price of it", False)],
)  # fmt: skip
def test_a_name_in_the_place_of_a_value_is_seen(value, is_wrong):
    assert bool(values.NOT_REPLACED.search(value)) is is_wrong


def test_a_name_in_env_that_no_setting_has_is_said(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("STEPUP_MINUTES=5\nSTEP_UP_MINUTES=5\nSECRET_KEY_FILE=/x\n")
    (tmp_path / ".env.example").write_text("STEP_UP_MINUTES=10\nSECRET_KEY=\n")
    monkeypatch.setattr(values, "BASE_DIR", tmp_path)
    assert [name for name, _sentence in values.unknown_names()] == ["STEPUP_MINUTES"]


def test_files_that_others_can_read_are_said(tmp_path):
    file = tmp_path / "secret"
    file.touch(0o600)
    assert not list(values.readable_by_others("X", file))
    file.chmod(0o640)
    assert list(values.readable_by_others("X", file))


def test_a_folder_below_a_file_cant_be_written(tmp_path):
    (tmp_path / "file").touch()
    assert not list(values.unwritable("X", tmp_path / "new" / "folder"))
    assert list(values.unwritable("X", tmp_path / "file" / "folder"))


def test_packages_that_a_setting_needs_are_named(settings, monkeypatch):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}}
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "storages.backends.s3.S3Storage"}}
    monkeypatch.setattr(values, "find_spec", lambda name: None)
    assert [name for name, _sentence in values.package_problems()] == ["CACHE_URL", "STORAGES"]


@pytest.mark.django_db
def test_a_sound_database_and_cache_have_no_problem():
    assert [*surroundings.database_problems(), *surroundings.cache_problems()] == []


@pytest.mark.django_db
def test_a_clock_that_differs_is_said(monkeypatch):
    monkeypatch.setattr(surroundings.clock, "difference", lambda: timedelta(seconds=-90))
    assert [name for name, _sentence in surroundings.database_problems()] == ["clock"]


def test_a_database_that_is_gone_is_said(monkeypatch):
    def gone():
        raise OperationalError(PLANTED)

    monkeypatch.setattr(surroundings.connection, "ensure_connection", gone)
    [(name, sentence)] = surroundings.database_problems()
    assert name == "DATABASE_URL"
    assert PLANTED not in sentence


def test_a_database_without_tables_leads_to_migrate(tmp_path):
    _code, said = run(tmp_path)
    assert "DATABASE_URL: The database lacks" in said
    assert "CACHE_URL: The cache doesn't answer" in said
    assert said.count("Run `manage.py migrate`") == 2


def test_a_cache_that_keeps_nothing_is_said(monkeypatch):
    monkeypatch.setattr(surroundings.cache, "set", lambda *args, **kwargs: None)
    monkeypatch.setattr(surroundings.cache, "get", lambda key: None)
    monkeypatch.setattr(surroundings.cache, "delete", lambda key: None)
    assert [name for name, _sentence in surroundings.cache_problems()] == ["CACHE_URL"]


def test_the_mail_server_is_asked_with_connect_alone(monkeypatch, capsys):
    monkeypatch.setattr(values, "CHECKS", ())
    monkeypatch.setattr(surroundings, "CHECKS", ())
    monkeypatch.setattr(surroundings, "mail_problems", lambda: iter([("EMAIL_URL", "It is down.")]))
    call_command("check_config")
    assert capsys.readouterr().out == "Nothing is wrong with the configuration.\n"
    with pytest.raises(SystemExit) as ended:
        call_command("check_config", connect=True)
    assert ended.value.code == 1
    assert capsys.readouterr().out == "EMAIL_URL: It is down.\nProblems: 1.\n"


def test_a_mail_server_that_refuses_is_said(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert [name for name, _sentence in surroundings.mail_problems()] == ["EMAIL_URL"]
