"""Lena learns of the files that held her row, and of no other; of earlier exports, that they may have."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import User
from audit import log
from audit.kinds import Kind
from impersonation.ledger import exports
from tests.support.assumed import sign_in
from tests.support.factories import permission_type
from tests.support.ledger import URL, cards, events_in_file, page_of, plain

pytestmark = pytest.mark.django_db
HELD, MAY = "Exported a list of people with your row", "Exported a list of people, perhaps with your row"


def export(client, query=""):
    assert client.post(reverse("user_export") + query, {"format": "csv"}).status_code == 200


def record_export(actor, **detail):
    with log.recording():
        log.record(Kind.USERS_EXPORTED, actor=actor.as_person(), detail={"format": "csv"} | detail)


def told(person, query="?show=exports"):
    return cards(page_of(person, URL + query))


def test_lena_reads_which_file_held_her(client, sam, lena, max_):
    sam.groups.add(permission_type("Export", "export_people"))
    sign_in(client, sam)
    export(client)
    export(client, "?q=max")
    [hers] = told(lena)
    assert hers.endswith(f"Sam Okafor · {HELD} 3 people")
    assert [card[card.index("Sam Okafor") :] for card in told(max_)] == [
        f"Sam Okafor · {HELD} 1 person",
        f"Sam Okafor · {HELD} 3 people",
    ]
    assert [event["what"] for event in events_in_file(lena)] == [HELD]


def test_one_who_exports_themselves_reads_it_too_but_not_among_what_others_did(client, sam):
    sam.groups.add(permission_type("Export", "export_people"))
    sign_in(client, sam)
    export(client)
    assert f"You · {HELD} 1 person" in told(sam)[0]
    assert told(sam, "?by=others") == []


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ({"ids": "{pk}", "people": 1}, HELD),
        ({"ids": "", "people": 0}, None),
        ({"ids": "1-{before}", "people": 1}, None),
        ({"ids": "altered", "people": 1}, HELD),
        ({"filters": {}, "people": 9}, MAY),
        ({"filters": {"department": "Aarhus"}, "people": 9}, MAY),
        ({"filters": {"id": "{pk}"}, "people": 1}, MAY),
        ({"filters": {"id": "4711"}, "people": 1}, None),
        ({"filters": {}, "people": 0}, None),
        ({}, MAY),
    ],
)
def test_an_export_held_her_or_may_have_or_did_not(sam, lena, detail, expected):
    def filled(value):
        if isinstance(value, dict):
            return {key: filled(part) for key, part in value.items()}
        return value.format(pk=lena.pk, before=lena.pk - 1) if isinstance(value, str) else value

    record_export(sam, **filled(detail))
    assert [expected in card for card in told(lena)] == ([True] if expected else [])


def test_no_export_from_before_her_account_held_her(sam, lena):
    record_export(sam, people=9)
    assert len(told(lena)) == 1
    User.objects.filter(pk=lena.pk).update(created_at=lena.created_at + timedelta(days=1))
    assert told(lena) == []


@pytest.mark.parametrize(
    ("query", "sentence"), [("", "with the events about you"), ("kind=a", "perhaps with events about")]
)
def test_an_export_of_the_log_held_her_if_it_had_something_to_say(sam, lena, max_, query, sentence):
    with log.recording():
        log.record(Kind.USER_INVITED, target=lena.as_person())
        log.record(Kind.AUDIT_EXPORTED, actor=sam.as_person(), detail={"format": "csv", "filter": query, "through": 1})
        log.record(Kind.USER_INVITED, target=max_.as_person())
    [hers] = told(lena)
    assert sentence in hers
    assert told(max_) == [], "nothing about him was in the log by then"


def test_a_page_looks_through_a_limited_number_of_exports_and_goes_on_with_older_ones(sam, lena, monkeypatch):
    monkeypatch.setattr(exports, "READ_AT_MOST", 3)
    with log.recording():
        log.record(Kind.USER_INVITED, target=lena.as_person())
    for number in range(7):
        record_export(sam, ids=str(lena.pk) if number == 0 else "4711", people=1)
    first = page_of(lena)
    assert cards(first) == []
    assert "Nothing in this part of the log." in plain(first)
    assert len(cards(page_of(lena, f"{URL}?before=6"))) == 0
    second = page_of(lena, f"{URL}?before=3")
    assert [HELD in card for card in cards(second)] == [True, False]
    assert [event["kind"] for event in events_in_file(lena)] == ["user.exported", "user.invited"]
