"""Words of the audit log about assumed sessions, in each language."""

import pytest
from django.conf import settings
from django.utils.translation import override

from accounts.policy.rules import Refusal
from audit.reading import detail_in_words, words
from impersonation.models import Category, Cause, Mode
from impersonation.stored_words import STORED_WORDS

# Codes that English doesn't say word by word.
IN_PLAIN_WORDS = {
    "self": "Own account",
    "target_deactivated": "Account deactivated",
    "target_deleted": "Account deleted",
    "target_gained_rights": "Person gained rights",
    "target_holds_more": "Has more rights",
    "target_inactive": "Account inactive",
    "target_password_changed": "Person's password changed",
    "target_protected": "Account protected",
    "target_superuser": "Owner account",
}
STORED = sorted({str(each.value) for kind in (Category, Cause, Mode, Refusal) for each in kind})


def test_each_word_that_a_session_stores_can_be_translated():
    assert sorted(STORED_WORDS) == STORED


@pytest.mark.parametrize("word", STORED)
def test_english_says_the_stored_word_or_plainer_ones_and_other_languages_others(word):
    with override("en"):
        english = words(word)
    assert english == IN_PLAIN_WORDS.get(word, word.replace("_", " ").capitalize().replace("Cannot", "Can't"))
    for language, _name in settings.LANGUAGES:
        if language != "en":
            with override(language):
                assert words(word) != english


def test_a_detail_is_told_with_its_keys_and_codes_in_words():
    detail = {"refusal": "target_superuser", "exit_code": 0, "title": "other", "before": None, "sha256": "d03b"}
    assert detail_in_words(detail) == [
        ("Before", "–"), ("Exit code", 0), ("Refusal", "Owner account"), ("SHA-256", "d03b"), ("Title", "other"),
    ]  # fmt: skip


def test_a_word_that_no_app_has_declared_is_written_as_english_does():
    assert words("at_home") == "At home"
    assert words("learning/module") == "learning/module"
