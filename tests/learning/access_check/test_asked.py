"""Who may ask the access check about which user, and what is recorded of it."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import JobProfile, User
from audit.models import AuditEvent
from learning.models import Module, ModuleProgress, Registration
from tests.support.access_check import FROM_OUR_PAGE, ask, item_name, titles, words
from tests.support.assumed import data_queries, detail, events, log_in_as, sign_in
from tests.support.factories import permission_type
from tests.support.learning_factories import COMPLETE, food_safety, make_document, make_event, make_module, submit

HOUR = timedelta(hours=1)


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


def test_what_is_hidden_comes_first(sams_browser, max_, copenhagen):
    make_module("Aa, seen")
    make_document("Bb, for Copenhagen", {"department": copenhagen})
    make_event("Cc, not yet", published_from=timezone.now() + HOUR)
    assert titles(ask(sams_browser, max_)) == ["Cc, not yet", "Bb, for Copenhagen", "Aa, seen"]


def test_only_content_creators_preview_drafts(client, sams_browser, carl, lena):
    draft = make_module("Draft", is_published=False)
    assert titles(ask(sams_browser, lena)) == []
    assert ask(sams_browser, lena, item=item_name(draft)).status_code == 404
    carl.groups.add(permission_type("Checks", "see_people", "check_access"))
    sign_in(client, User.objects.get(pk=carl.pk))
    assert titles(ask(client, lena)) == ["Draft"]
    response = ask(client, lena, item=item_name(draft))
    assert "It is a draft. Publishing it would show it." in words(response)
    setting = reverse("admin:learning_module_change", args=[draft.pk]) + "#id_is_published"
    assert f'href="{setting}"' in response.content.decode()


def test_sam_who_may_not_edit_gets_no_link_to_the_setting(sams_browser, max_, copenhagen):
    event = make_event("Latte art night", {"department": copenhagen})
    assert "/admin/" not in ask(sams_browser, max_, item=item_name(event)).content.decode()


def test_rita_learns_nothing_of_what_is_for_aarhus_alone(
    client, rita, lena, max_, company, copenhagen, norreport, aarhus
):
    hidden = [make_event("For Aarhus", {"department": aarhus}), make_document("For Max", {"person": max_})]
    for title, part in {
        "For all": {"is_everyone": True},
        "For the company": {"department": company},
        "For Copenhagen": {"department": copenhagen},
        "For Nørreport": {"department": norreport},
        "For Lena": {"person": lena},
        "For bakers": {"job_profile": JobProfile.objects.create(name="Baker")},
    }.items():
        make_module(title, part)
    sign_in(client, rita)
    shown = {"For all", "For the company", "For Copenhagen", "For Nørreport", "For Lena", "For bakers"}
    assert set(titles(ask(client, lena))) == shown
    for item in hidden:
        response = ask(client, lena, item=item_name(item))
        assert response.status_code == 404
        assert "There is no such item, or you may not see it." in words(response)
        assert item.title not in response.content.decode()


@pytest.mark.parametrize("name", ["module-999999", "module-", "user-1", "module-1e3", "module-" + "9" * 30, "-", "\0"])
def test_an_item_that_is_not_there_is_answered_like_one_that_may_not_be_seen(sams_browser, lena, name):
    response = ask(sams_browser, lena, item=name)
    assert response.status_code == 404
    assert "There is no such item, or you may not see it." in words(response)


def test_rita_does_not_find_max_at_all(client, rita, max_):
    sign_in(client, rita)
    assert ask(client, max_).status_code == 404
    assert events("access.checked") == []


def test_mona_sees_lena_but_may_not_check_and_the_attempt_is_on_record(client, mona, lena):
    make_module("Secret of the house")
    sign_in(client, mona)
    response = ask(client, lena)
    assert response.status_code == 403
    assert "You don't hold the right to check what this person can see." in words(response)
    assert "Secret" not in response.content.decode()
    (event,) = events("access.checked")
    assert (event.outcome, event.actor_id, event.target_id) == ("refused", mona.pk, lena.pk)


def test_of_many_refused_checks_ten_and_a_summary_are_recorded(client, mona, lena):
    sign_in(client, mona)
    for _number in range(15):
        ask(client, lena)
    refused = events("access.checked")
    assert 11 <= len(refused) <= 15  # two minutes may touch these requests, hardly three
    assert detail(refused[0]) == {"refusal": "no_right"}


def test_each_question_is_on_record(sams_browser, sam, max_, copenhagen):
    event = make_event("Latte art night", {"department": copenhagen})
    ask(sams_browser, max_, q="latte")
    ask(sams_browser, max_, item=item_name(event))
    searched, asked = events("access.checked")
    assert {each.actor_id for each in (searched, asked)} == {sam.pk}
    assert {each.target_id for each in (searched, asked)} == {max_.pk}
    assert detail(searched) == {"search": "latte"}
    assert detail(asked) == {"item": item_name(event)}


def test_looking_at_a_person_by_post_is_no_question(sams_browser, lena):
    assert sams_browser.post(reverse("user_access", args=[lena.pk])).status_code == 405


@pytest.mark.parametrize("mode", ["act", "look_only"])
def test_in_an_assumed_session_sam_asks_by_rights_of_his_own(client, sam, max_, copenhagen, mode):
    event = make_event("Latte art night", {"department": copenhagen})
    session = log_in_as(client, sam, max_, mode=mode)
    address = reverse("assumed_session_access")
    assert f'href="{address}"' in client.get("/").content.decode()
    assert titles(client.get(address, {"q": "latte"}, headers=FROM_OUR_PAGE, follow=True)) == ["Latte art night"]
    said = client.get(address, {"item": item_name(event)}, headers=FROM_OUR_PAGE, follow=True)
    assert "Its audience is Copenhagen; Max Kjær belongs to Aarhus." in words(said)
    checks = events("access.checked")
    assert [(each.actor_id, each.target_id, each.assumed_session) for each in checks] == 2 * [
        (sam.pk, max_.pk, session.pk)
    ]


def test_why_a_module_cannot_be_submitted_is_one_click_away(client, sam, lena):
    module = food_safety()
    log_in_as(client, sam, lena)
    page = client.get(module.get_absolute_url()).content.decode()
    address = re.search(r'href="([^"]+)">Check access<', page)[1]
    assert "?item=" in address
    assert "It can't be submitted: 4 required steps are open." in words(
        client.get(unescape(address), headers=FROM_OUR_PAGE, follow=True)
    )
    assert submit(client, module, **COMPLETE).status_code == 302
    assert "It was submitted on" in words(client.get(unescape(address), headers=FROM_OUR_PAGE, follow=True))


def test_an_actor_without_the_right_is_offered_nothing_in_an_assumed_session(client, company, lena, sam):
    sam.groups.set([permission_type("Acts only", "see_people", "act_on_behalf")])
    log_in_as(client, sam, lena)
    address = reverse("assumed_session_access")
    assert address not in client.get("/").content.decode()
    assert client.get(address, headers=FROM_OUR_PAGE).status_code == 403
    assert [event.outcome for event in events("access.checked")] == ["refused"]


def test_outside_an_assumed_session_there_is_no_such_page(sams_browser):
    assert sams_browser.get(reverse("assumed_session_access")).status_code == 404


def test_the_language_is_that_of_who_asks(client, sam, lena):
    User.objects.filter(pk=lena.pk).update(time_zone="Pacific/Auckland")
    document = make_document("Hours", published_from=datetime(2040, 1, 16, 7, tzinfo=UTC))
    log_in_as(client, sam, User.objects.get(pk=lena.pk))
    said = words(
        client.get(reverse("assumed_session_access"), {"item": item_name(document)}, headers=FROM_OUR_PAGE, follow=True)
    )
    assert "It is published from Monday 16 January 2040, 08:00." in said


def test_checking_writes_nothing_but_the_record(client, sam, lena):
    module = food_safety()
    log_in_as(client, sam, lena)
    before = [list(model.objects.values()) for model in (Module, ModuleProgress, Registration, User)]
    count = AuditEvent.objects.count()
    client.get(reverse("assumed_session_access"), headers=FROM_OUR_PAGE)
    client.get(reverse("assumed_session_access"), {"item": item_name(module)}, headers=FROM_OUR_PAGE)
    assert [list(model.objects.values()) for model in (Module, ModuleProgress, Registration, User)] == before
    assert AuditEvent.objects.count() == count + 2


def test_menu_and_profile_offer_the_access_check_with_the_right_alone(client, sam, mona, lena):
    address = reverse("user_access", args=[lena.pk])
    for person, offered in {sam: True, mona: False}.items():
        sign_in(client, person)
        for page in (reverse("user_list"), lena.get_absolute_url()):
            assert (f'href="{address}"' in client.get(page).content.decode()) is offered, (person, page)


@pytest.mark.parametrize("count", [2, 20])
def test_a_search_costs_the_same_however_much_there_is(sams_browser, lena, copenhagen, count):
    for number in range(count):
        make_module(f"Module {number}", {"department": copenhagen})
        make_event(f"Event {number}")
        make_document(f"Document {number}", published_from=timezone.now() + HOUR)
    with CaptureQueriesContext(connection) as captured:
        assert len(titles(ask(sams_browser, lena))) == min(24, 3 * count)
    asked = [sql for sql in data_queries(captured) if sql.lstrip("(").startswith("SELECT")]
    selects = [sql for sql in asked if "audit" not in sql and "config_cacheentry" not in sql]
    # Session, who asks with what they hold, the person asked about: when it is recorded, and when the answer is shown;
    # the account's mail, second factors, last refusal and other accounts; how many items there are, those of the page.
    assert len(selects) == 13, "\n".join(selects)
