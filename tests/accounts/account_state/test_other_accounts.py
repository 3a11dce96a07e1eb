"""Other accounts of the same person: who is found, by which likeness, and who is told."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.account_state import other_accounts
from accounts.account_state.other_accounts import spellings_of
from accounts.models import User
from tests.support.factories import UserFactory, permission_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def tove(norreport):
    address = "tove.holm@harbour.example"
    return UserFactory(first_name="Tove", last_name="Holm", email=address, department=norreport, external_id="ST-12")


def made(first_name, last_name, email, **fields):
    return UserFactory(first_name=first_name, last_name=last_name, email=email, **fields)


def found(user, actor):
    return [(other.user.email, other.why) for other in other_accounts(user, User.objects.get(pk=actor.pk))]


def test_tove_has_a_private_account_and_the_other_way_round(sam, tove):
    private = made("Tove", "Holm", "tove.privat@mail.example")
    made("Tove", "Holmgren", "tove.holmgren@harbour.example")
    assert found(tove, sam) == [("tove.privat@mail.example", "name")]
    assert found(private, sam) == [("tove.holm@harbour.example", "name")]


@pytest.mark.parametrize(
    ("first_name", "last_name"),
    [("TOVE", "holm"), ("Tové", "Hølm"), ("Tōve", "HOLM")],
)
def test_capitals_and_accents_do_not_matter(sam, tove, first_name, last_name):
    other = made(first_name, last_name, "other@mail.example")
    assert found(tove, sam) == [("other@mail.example", "name")]
    assert found(other, sam) == [("tove.holm@harbour.example", "name")]


def test_an_identifier_that_lost_its_zeros_is_found(sam, company):
    first = made("Lin", "Yew", "lin.yew@harbour.example", external_id="00071")
    made("Lin", "Young", "lin.young@harbour.example", external_id="71")
    made("Bo", "Other", "bo@harbour.example", external_id="710")
    assert found(first, sam) == [("lin.young@harbour.example", "identifier")]


def test_spellings_of_an_identifier():
    assert spellings_of("st-7")[:3] == ["ST-7", "ST-07", "ST-007"]
    assert spellings_of("0")[0] == "0"
    assert spellings_of("A7B") == ["A7B"]
    assert spellings_of("") == []
    assert len(spellings_of("1" * 40)) == 1


def test_the_same_mailbox_elsewhere_is_found_but_not_one_that_every_company_has(sam, company):
    married = made("Tove", "Holm", "tove@harbour.example")
    made("Tove", "Berg", "tove@old.example")
    made("Tove", "Falk", "tove2@old.example")
    assert found(married, sam) == [("tove@old.example", "address")]
    info = made("Ib", "Info", "info@harbour.example")
    made("Ulla", "Desk", "info@old.example")
    assert found(info, sam) == []


def test_the_surest_comes_first_and_at_most_three_are_told(sam, tove):
    made("Tove", "Holm", "a@mail.example")
    made("Tove", "Holm", "b@mail.example", is_active=False)
    made("Tove", "Holm", "c@mail.example")
    made("Ane", "Else", "tove.holm@old.example")
    made("Pia", "Else", "pia@old.example", external_id="st-0012")
    User.objects.filter(email="c@mail.example").update(last_login=datetime(2026, 11, 30, 7, tzinfo=UTC))
    assert found(tove, sam) == [
        ("pia@old.example", "identifier"),
        ("tove.holm@old.example", "address"),
        ("c@mail.example", "name"),
    ]


def test_a_name_that_many_share_says_nothing(sam, tove):
    for number in range(4):
        made("Tove", "Holm", f"holm{number}@mail.example")
    made("Ane", "Else", "tove.holm@old.example")
    assert found(tove, sam) == [("tove.holm@old.example", "address")]


def test_who_may_not_be_seen_or_checked_is_not_told(sam, rita, mona, tove, aarhus, copenhagen):
    made("Tove", "Holm", "tove@aarhus.example", department=aarhus)
    assert found(tove, sam) == [("tove@aarhus.example", "name")]
    assert found(tove, rita) == []
    assert found(tove, mona) == [], "Mona sees people, and checks nobody's access"
    rita.groups.add(permission_type("Sees everybody", "see_people"))
    assert found(tove, rita) == [], "Rita sees Aarhus now, and checks Copenhagen alone"


def test_what_is_said_of_another_account(sam, tove, aarhus):
    other = made("Tove", "Holm", "tove@aarhus.example", department=aarhus, is_active=False)
    [account] = other_accounts(tove, sam)
    said = "There is another account of this name, tove@aarhus.example. It belongs to Aarhus. It is deactivated."
    assert account.sentence() == f"{said} Nobody has signed in to it yet."
    assert account.address == other.get_absolute_url()
    at = datetime(2026, 11, 30, 7, tzinfo=UTC)
    User.objects.filter(pk=other.pk).update(last_login=at, department=None, is_active=True)
    [account] = other_accounts(tove, sam, in_session=True)
    assert account.sentence() == (
        "There is another account of this name, tove@aarhus.example. "
        "Its last sign-in was on Monday 30 November 2026, 08:00."
    )
    assert account.address == ""


def test_it_costs_one_query(sam, tove):
    sam = User.objects.with_standing().get(pk=sam.pk)
    for number in range(3):
        made("Tove", "Holm", f"holm{number}@mail.example")
    with CaptureQueriesContext(connection) as captured:
        assert len([account.sentence() for account in other_accounts(tove, sam)]) == 3
    assert len(captured) == 1


@pytest.mark.postgresql
def test_nobody_is_read_but_who_is_alike(sam, tove):
    """With the planner's estimate of few rows it would read all, so it is told that this is dear, by any index."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        sam = User.objects.with_standing().get(pk=sam.pk)
        with CaptureQueriesContext(connection) as captured:
            other_accounts(tove, sam)
        cursor.execute("EXPLAIN " + captured[0]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    for index in ("user_by_plain_name", "user_by_identifier", "_like"):
        assert index in plan, plan
    assert "Seq Scan on accounts_user" not in plan
