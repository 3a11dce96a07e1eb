"""Every kind of event has a sentence in the access history, and every filter a sentence for an empty page."""

import pytest

from audit.kinds import Kind
from impersonation.ledger.kinds import EMPTY, INSIDE, KINDS, RULES, Show, sentence_of, show_of
from tests.impersonation.traces.test_traces import FORBIDDEN

pytestmark = pytest.mark.once  # no database has a say in it


def test_every_kind_has_a_sentence_and_a_filter():
    """The log may name anybody as the target of any event, and everybody may read what concerns them."""
    assert set(KINDS) == set(Kind), "add a sentence to impersonation/ledger/kinds.py"
    sentences = [str(sentence) for _show, sentence in KINDS.values()]
    assert len(set(sentences)) == len(sentences)
    assert {show for show, _sentence in KINDS.values()} == set(Show) - {Show.EVERYTHING, Show.OTHERS}


def test_every_kind_of_event_inside_a_session_is_told_with_its_session():
    outside = {"assumed_session.started", "assumed_session.refused", "assumed_session.revoked"}
    # A line of its own too, with its reason; objections come from the person, and may come later.
    outside |= {
        "assumed_session.mode_changed", "assumed_session.objected", "assumed_session.objection_withdrawn",
    }  # fmt: skip
    assert {kind for kind in Kind if kind.startswith("assumed_session.")} - outside == set(INSIDE)


def test_every_filter_says_that_it_is_empty():
    assert set(EMPTY) == set(Show)
    assert all(map(str, EMPTY.values()))


def test_every_rule_of_an_assumed_session_has_its_words():
    assert {why for attempts in FORBIDDEN.values() for _method, _address, why in attempts} == set(RULES)


def test_a_kind_of_a_newer_version_is_a_change_without_a_name():
    assert show_of("made.up") == Show.CHANGES
    assert sentence_of("made.up") == "Did something that this version can't name"
