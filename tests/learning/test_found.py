"""What the search finds among modules, events and documents: never what its reader does not see."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from learning.found import SHOWN, items_found, matching
from learning.models import Module
from tests.support.assumed import data_queries, log_in_as, sign_in
from tests.support.factories import permission_type
from tests.support.learning_factories import add_interaction, make_document, make_event, make_module

pytestmark = pytest.mark.django_db
SEARCH = "/search/"
MAKERS = {"module": make_module, "event": make_event, "document": make_document}
WORD = "Zeppelin"
DAY = timedelta(days=1)


def titles(user, query=WORD, *, may_author=True):
    return [item.title for found in items_found(user, query, may_author=may_author) for item in found.items]


def page(client, query=WORD):
    return client.get(SEARCH, {"q": query}).content.decode()


def hidden(reason, lena, aarhus):
    """Return the audience and the fields of an item that Lena does not see for this reason."""
    now = timezone.now()
    return {
        "draft": ([], {"is_published": False}),
        "before its start": ([], {"published_from": now + DAY}),
        "after its end": ([], {"published_from": now - 2 * DAY, "published_until": now - DAY}),
        "for another department": ([{"department": aarhus}], {}),
        "excluded": ([], {"excluded": [lena]}),
    }[reason]


REASONS = ("draft", "before its start", "after its end", "for another department", "excluded")


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("reason", REASONS)
def test_what_a_learner_does_not_see_is_not_found(client, lena, aarhus, kind, reason):
    audience, fields = hidden(reason, lena, aarhus)
    MAKERS[kind](f"{WORD} hidden", *audience, **fields)
    MAKERS[kind](f"{WORD} seen")
    assert titles(lena) == [f"{WORD} seen"]
    sign_in(client, lena)
    assert f"{WORD} seen" in page(client)
    assert f"{WORD} hidden" not in page(client)


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("reason", REASONS)
def test_in_an_assumed_session_the_target_counts_and_nothing_of_the_actor(client, carl, lena, aarhus, kind, reason):
    audience, fields = hidden(reason, lena, aarhus)
    MAKERS[kind](f"{WORD} hidden", *audience, **fields)
    MAKERS[kind](f"{WORD} seen")
    carl.groups.add(permission_type("Support", "see_people", "act_on_behalf"))
    sign_in(client, carl)
    assert f"{WORD} hidden" in page(client)
    log_in_as(client, carl, lena)
    found = page(client)
    assert f"{WORD} seen" in found
    assert f"{WORD} hidden" not in found
    assert "/admin/learning/" not in found
    assert "User Management" not in found


def test_a_module_that_waits_for_another_one_and_an_event_that_is_over_are_not_found(lena):
    first, second = make_module(f"{WORD} first"), make_module(f"{WORD} second")
    add_interaction(first, "Read")
    second.prerequisites.add(first)
    now = timezone.now()
    make_event(f"{WORD} over", starts_at=now - 2 * DAY, ends_at=now - DAY)
    assert titles(lena) == [f"{WORD} first"]


@pytest.mark.parametrize("kind", MAKERS)
def test_an_author_finds_drafts_and_is_led_to_their_form(client, carl, aarhus, kind):
    item = MAKERS[kind](f"{WORD} hidden", {"department": aarhus}, is_published=False)
    address = reverse(f"admin:learning_{kind}_change", args=[item.pk])
    sign_in(client, carl)
    assert f'href="{address}"' in page(client)
    assert "Edit the draft" in page(client)
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("kind", MAKERS)
def test_an_author_of_other_kinds_alone_finds_what_a_learner_finds(client, carl, kind):
    group = carl.groups.get()
    group.permissions.remove(Permission.objects.get(content_type__app_label="learning", codename=f"change_{kind}"))
    MAKERS[kind](f"{WORD} hidden", is_published=False)
    item = MAKERS[kind](f"{WORD} seen")
    sign_in(client, carl)
    found = page(client)
    assert f"{WORD} hidden" not in found
    assert f'href="{item.get_absolute_url()}"' in found


def test_an_author_in_an_assumed_session_of_an_author_is_led_to_no_form(client, owner, carl):
    make_module(f"{WORD} hidden", is_published=False)
    make_module(f"{WORD} seen")
    log_in_as(client, owner, carl)
    found = page(client)
    assert f"{WORD} seen" in found
    assert f"{WORD} hidden" not in found
    assert "/admin/learning/" not in found


def test_letters_are_plain_words_stand_in_any_order_and_titles_come_first(lena):
    make_module("Coffee", summary="By Søren, with crème")
    make_module("Søren's crème brûlée")
    make_document("About Søren")
    assert titles(lena, "creme soren") == ["Søren's crème brûlée", "Coffee"]
    assert titles(lena, "SOEREN") == ["Søren's crème brûlée", "Coffee", "About Søren"]
    assert titles(lena, "søren cocoa") == []
    assert titles(lena, "   ") == []


def test_each_kind_shows_its_first_and_says_that_there_are_more(client, lena):
    for number in range(SHOWN + 1):
        make_module(f"{WORD} {number}")
    sign_in(client, lena)
    assert titles(lena) == [f"{WORD} {number}" for number in range(SHOWN)]
    assert "There are more." in page(client)
    Module.objects.get(title=f"{WORD} 0").delete()
    assert "There are more." not in page(client)


def test_a_document_says_what_is_fetched_and_an_event_when_it_is(client, lena):
    make_document(WORD)
    event = make_event(WORD)
    sign_in(client, lena)
    found = page(client)
    assert "Download · PDF" in found
    assert str(timezone.localtime(event.starts_at).year) in found


@pytest.mark.parametrize("count", [1, 40])
@pytest.mark.parametrize(("who", "expected"), [("lena", 5), ("carl", 5)])
def test_a_search_costs_the_same_for_few_and_many(client, request, who, expected, count):
    for number in range(count):
        for make in MAKERS.values():
            make(f"{WORD} {number}")
    sign_in(client, request.getfixturevalue(who))
    page(client)
    with CaptureQueriesContext(connection) as captured:
        page(client)
    # The browser session; who asks; one query for each kind.
    assert len(data_queries(captured)) == expected, "\n".join(data_queries(captured))


def test_what_is_searched_is_compared_in_python(lena):
    modules = [make_module("Ærlig"), make_module("Other")]
    assert matching(modules, "aerlig") == modules[:1]
    assert matching(modules, "x" * 500) == []


@pytest.mark.parametrize("address", ["/modules/", "/events/", "/documents/", "/events/?past=1", SEARCH])
@pytest.mark.parametrize("query", ["cafe cremeux", "CAFÉ", "café crémeux"])
def test_each_list_finds_plain_letters_in_title_and_summary(client, lena, address, query):
    past = {"starts_at": timezone.now() - 2 * DAY, "ends_at": timezone.now() - DAY}
    for make in (make_module, make_document, make_event):
        make("Café noir", summary="Crémeux, not sweet")
        make("Tea")
    make_event("Café before", summary="Crémeux, not sweet", **past).registrations.create(user=lena)
    sign_in(client, lena)
    said = client.get(address, {"past": "1", "q": query} if "past" in address else {"q": query}).content.decode()
    assert ("Café before" if "past" in address else "Café noir") in said
    assert "Tea" not in said.partition("<main")[2]


@pytest.mark.parametrize("kind", list(MAKERS))
def test_the_lists_of_authors_find_plain_letters(client, carl, kind):
    MAKERS[kind]("Café noir")
    MAKERS[kind]("Tea")
    sign_in(client, carl)
    said = client.get(reverse(f"admin:learning_{kind}_changelist"), {"q": "cafe"}).content.decode()
    assert "Café noir" in said
    assert "Tea<" not in said
