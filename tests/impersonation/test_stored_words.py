"""Words of the audit log about assumed sessions, in each language."""

import pytest
from django.conf import settings
from django.utils.translation import override

from accounts.policy.rules import Refusal
from audit.reading import words
from impersonation.models import Category, Cause, Mode
from impersonation.stored_words import STORED_WORDS

STORED = sorted({str(each.value) for kind in (Category, Cause, Mode, Refusal) for each in kind})


def test_each_word_that_a_session_stores_can_be_translated():
    assert sorted(STORED_WORDS) == STORED


@pytest.mark.parametrize("word", STORED)
def test_english_says_the_stored_word_itself_and_other_languages_another(word):
    with override("en"):
        english = words(word)
    assert english == word.replace("_", " ").capitalize().replace("Cannot", "Can't")
    for language, _name in settings.LANGUAGES:
        if language != "en":
            with override(language):
                assert words(word) != english


def test_a_word_that_no_app_has_declared_is_written_as_english_does():
    assert words("at_home") == "At home"
    assert words("learning/module") == "learning/module"
