"""System checks: a setting that has moved to a page says so."""

from django.core.checks import run_checks


def test_a_variable_that_is_ignored_now_is_said(monkeypatch):
    for name in ("LOGIN_AS_NOTICE", "ACCESS_HISTORY_NAMES_STAFF"):
        monkeypatch.delenv(name, raising=False)
    assert not [found for found in run_checks() if found.id == "config.W001"]
    monkeypatch.setenv("LOGIN_AS_NOTICE", "start")
    [found] = [found for found in run_checks() if found.id == "config.W001"]
    assert found.msg.startswith("LOGIN_AS_NOTICE is ignored")
