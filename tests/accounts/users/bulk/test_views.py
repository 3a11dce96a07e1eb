"""The pages of actions for many people: chosen, looked at, confirmed, interrupted, gone on with, stopped."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import BulkRun, User
from tests.support.assumed import data_queries, detail, events, log_in_as, sign_in, text
from tests.support.bulk import CHOOSE, REASON, active, choose, confirmed, crowd, of, people_of, plan_of, said
from tests.support.changes import make_stale
from tests.support.factories import UserFactory, permission_type
from tests.support.mail_backends import delivered

pytestmark = pytest.mark.django_db


def test_sam_deactivates_three_people_with_a_preview_and_each_is_on_record(sams_browser, sam, norreport):
    people = crowd(3, norreport)
    run = choose(sams_browser, of(*people), "deactivate", reason=REASON)
    preview = said(sams_browser.get(run.get_absolute_url()))
    assert "Deactivate: 3 people" in preview
    assert "Guest2 Holm" in preview
    assert active(people) == ["Guest0", "Guest1", "Guest2"], "a preview changes nothing"
    response = confirmed(sams_browser, run)
    assert response.url == run.get_absolute_url()
    assert active(people) == []
    assert people_of("user.deactivated") == [person.pk for person in people]
    for event in events("user.deactivated"):
        assert (event.actor_id, text(event, "reason"), detail(event)) == (sam.pk, {"text": REASON}, {"bulk": run.pk})
    started, finished = events("user.bulk_changed")
    assert detail(started) == {
        "bulk": run.pk, "step": "started", "action": "deactivate", "people": 3, "filters": {}, "left_out": {},
        "ids": f"{people[0].pk}-{people[-1].pk}",
    }  # fmt: skip
    assert detail(finished) == {
        "bulk": run.pk, "step": "finished", "action": "deactivate", "people": 3, "done": 3, "left_out": {},
    }  # fmt: skip
    assert "3 people were changed." in said(sams_browser.get(run.get_absolute_url()))


def test_each_action_does_what_it_does_for_one_person(client, owner, norreport, aarhus):
    sign_in(client, owner)
    manager = permission_type("Manager", "see_people")
    people = crowd(2, norreport)
    confirmed(client, choose(client, of(*people), "move", department=aarhus.pk))
    assert set(User.objects.filter(first_name__startswith="Guest").values_list("department", flat=True)) == {aarhus.pk}
    assert detail(events("user.changed")[0]).pop("before") == {"department": "Nørreport"}
    confirmed(client, choose(client, of(*people), "give_type", permission_type=manager.pk))
    assert set(manager.user_set.all()) == set(people)
    assert (detail(events("permission_type.assigned")[0])["after"]) == ["Manager"]
    confirmed(client, choose(client, of(*people), "take_type", permission_type=manager.pk))
    assert not manager.user_set.exists()
    confirmed(client, choose(client, of(*people), "invite"))
    assert sorted(mail.to[0] for mail in delivered()) == ["guest0@harbour.example", "guest1@harbour.example"]
    confirmed(client, choose(client, of(*people), "deactivate", reason=REASON))
    confirmed(client, choose(client, of(*people), "reactivate"))
    assert active(people) == ["Guest0", "Guest1"]
    kinds = ("user.changed", "user.invited", "user.deactivated", "user.reactivated")
    assert {kind: len(events(kind)) for kind in kinds} == dict.fromkeys(kinds, 2)
    assert len(events("permission_type.assigned")) == 4


def test_the_preview_says_who_is_left_out_and_why(sams_browser, sam, owner, lena, ina, norreport):
    User.objects.filter(pk=lena.pk).update(is_protected=True)
    free = crowd(1, norreport)[0]
    run = choose(sams_browser, of(sam, owner, lena, ina, free), "deactivate", reason=REASON)
    plan = plan_of(sams_browser, run)
    assert plan.ids == [free.pk]
    assert {reason: [p.first_name for p in group.first] for reason, group in plan.left_out.items()} == {
        "self": ["Sam"], "target_superuser": ["Olivia"], "target_protected": ["Lena"], "nothing_to_change": ["Ina"],
    }  # fmt: skip
    page = said(sams_browser.get(run.get_absolute_url()))
    assert "This is your own account." in page
    assert "Already so: nothing would change." in page
    confirmed(sams_browser, run)
    assert people_of("user.deactivated") == [free.pk]
    assert detail(events("user.bulk_changed")[0])["left_out"] == {
        "self": 1, "target_superuser": 1, "target_protected": 1, "nothing_to_change": 1,
    }  # fmt: skip


def test_all_that_match_is_evaluated_by_the_server_within_scope(client, rita, norreport, aarhus):
    sign_in(client, rita)
    here, there = crowd(3, norreport), crowd(2, aarhus, first="Away")
    query = f"?who=all&q=holm&person={there[0].pk}&shown={there[1].pk}"
    assert "Action for 4 people" in said(client.get(CHOOSE + query))  # Rita is called Holm
    run = choose(client, query, "deactivate", reason=REASON)
    confirmed(client, run)
    assert people_of("user.deactivated") == [person.pk for person in here]
    assert active(there) == ["Away0", "Away1"]
    assert detail(events("user.bulk_changed")[0])["filters"] == {"q": "holm"}


def test_people_that_the_actor_does_not_see_are_not_selected(client, rita, norreport, aarhus):
    sign_in(client, rita)
    here, there = crowd(1, norreport), crowd(1, aarhus, first="Away")
    assert "Action for 1 person" in said(client.get(CHOOSE + of(*here, *there)))
    response = client.get(CHOOSE + of(*there), follow=True)
    assert "Nobody is selected." in said(response)


def test_a_change_meanwhile_is_shown_and_nothing_is_done(sams_browser, norreport):
    people = crowd(3, norreport)
    run = choose(sams_browser, of(*people), "deactivate", reason=REASON)
    seen = plan_of(sams_browser, run).fingerprint
    User.objects.filter(pk=people[0].pk).update(is_protected=True)
    response = confirmed(sams_browser, run, seen=seen)
    assert (response.status_code, response.context["plan"].count) == (409, 2)
    assert "people or rights are not as they were" in said(response)
    assert active(people) == ["Guest0", "Guest1", "Guest2"]
    assert confirmed(sams_browser, run).status_code == 302
    assert active(people) == ["Guest0"]


def test_somebody_who_matches_since_then_is_a_change(sams_browser, norreport):
    crowd(2, norreport)
    run = choose(sams_browser, "?who=all&q=guest", "deactivate", reason=REASON)
    seen = plan_of(sams_browser, run).fingerprint
    crowd(1, norreport, first="Guestling")
    assert confirmed(sams_browser, run, seen=seen).status_code == 409
    assert events("user.deactivated") == []


@pytest.mark.parametrize("typed", ["", "20", "twenty-one"])
def test_many_people_are_deactivated_only_once_their_number_is_typed(sams_browser, norreport, typed):
    people = crowd(21, norreport)
    crowd(500, norreport, first="Other")
    run = choose(sams_browser, "?who=all&q=guest", "deactivate", reason=REASON)
    response = confirmed(sams_browser, run, typed=typed)
    assert response.status_code == 422
    assert "Type the number of people, 21." in said(response)
    assert len(active(people)) == 21
    assert confirmed(sams_browser, run, typed=" 21 ").status_code == 302
    assert active(people) == []


def test_what_is_missing_is_asked_for_and_what_was_chosen_is_kept(sams_browser, lena):
    for action, sentence in (("", "Choose an action."), ("deactivate", "write down why"), ("move", "Choose a dep")):
        response = sams_browser.post(CHOOSE + of(lena), {"action": action, "reason": ""})
        assert response.status_code == 422
        assert sentence in said(response)
    assert 'value="move" ' in said(response)
    assert not BulkRun.objects.exists()


def test_only_what_the_actor_may_do_is_offered(client, mona, sam, lena, aarhus):
    sign_in(client, sam)
    offered = client.get(CHOOSE + of(lena)).context["form"].fields["action"].choices
    assert [value for value, _label in offered] == ["deactivate", "reactivate", "move", "invite"]
    response = client.post(CHOOSE + of(lena), {"action": "give_type", "permission_type": Group.objects.first().pk})
    assert response.status_code == 422
    sign_in(client, mona)
    assert client.get(CHOOSE + of(lena)).status_code == 403
    assert "Choose an action" not in said(client.get("/users/"))
    sign_in(client, lena)
    assert client.get(CHOOSE + of(mona)).status_code == 404


def test_nobody_gives_a_type_that_holds_more_than_they_do(client, petra, lena):
    sign_in(client, petra)
    auditor = permission_type("Auditor", "view_auditevent")
    response = client.post(CHOOSE + of(lena), {"action": "give_type", "permission_type": auditor.pk})
    assert response.status_code == 422
    manager = permission_type("Manager", "see_people")
    run = choose(client, of(lena), "give_type", permission_type=manager.pk)
    seen = plan_of(client, run).fingerprint
    manager.permissions.add(*auditor.permissions.all())
    response = client.post(run.get_absolute_url(), {"step": "confirm", "seen": seen})
    assert response.status_code == 403
    assert not lena.groups.exists()


def test_a_run_belongs_to_its_actor(sams_browser, rita, lena):
    run = choose(sams_browser, of(lena), "deactivate", reason=REASON)
    other = Client()
    sign_in(other, rita)
    assert other.get(run.get_absolute_url()).status_code == 404
    assert other.post(run.get_absolute_url(), {"step": "stop"}).status_code == 404


def test_a_preview_that_is_cancelled_leaves_nothing(sams_browser, lena):
    run = choose(sams_browser, of(lena), "deactivate", reason=REASON)
    assert sams_browser.post(run.get_absolute_url(), {"step": "discard"}).url == "/users/"
    assert not BulkRun.objects.exists()
    lena.refresh_from_db()
    assert lena.is_active


def test_a_list_of_one_person_has_neither_checkboxes_nor_the_bar(client, sam, lena, norreport):
    people = crowd(2, norreport)
    sign_in(client, sam)
    for query, is_offered in (
        ("?q=lena", False),
        ("?q=nobody-at-all", False),
        (f"?id={people[0].pk}", False),
        ("", True),
    ):
        page = said(client.get(f"/users/{query}"))
        assert ('name="person"' in page, "Choose an action" in page, 'class="pick"' in page) == (is_offered,) * 3, query


def test_nothing_of_it_works_in_an_assumed_session(client, owner, sam, lena, norreport):
    people = crowd(2, norreport)
    log_in_as(client, owner, sam)
    page = said(client.get("/users/"))
    assert 'name="person"' not in page
    assert "Choose an action" not in page
    for query in (of(*people), "?who=all"):
        assert client.post(CHOOSE + query, {"action": "deactivate", "reason": REASON}).status_code == 403
    run = BulkRun.objects.create(actor=sam, action="deactivate", query=of(*people)[1:], reason=REASON)
    assert client.get(run.get_absolute_url()).status_code == 403
    for step in ("confirm", "go_on", "stop", "discard"):
        assert client.post(run.get_absolute_url(), {"step": step}).status_code == 403
    run.refresh_from_db()
    assert (run.state, len(active(people))) == ("preview", 2)


def test_a_preview_costs_the_same_for_two_people_and_for_two_hundred(sams_browser, norreport, company):
    crowd(200, norreport)
    few = choose(sams_browser, "?who=all&q=guest0", "move", department=company.pk)
    many = choose(sams_browser, "?who=all&q=guest", "move", department=company.pk)
    costs = []
    for run in (few, many):
        with CaptureQueriesContext(connection) as captured:
            assert sams_browser.get(run.get_absolute_url()).status_code == 200
        costs.append(len(data_queries(captured)))
    # The session; who looks; the run; the departments and types of the filters; who is selected with standing and
    # department; how many are active.
    assert costs[1] == costs[0] + 1, "the last of them only for many"


def test_the_list_offers_a_choice_without_any_script(sams_browser, lena, ina):
    UserFactory(first_name="Marlena", last_name="Ågård")
    page = said(sams_browser.get("/users/?q=lena"))
    assert f'value="{lena.pk}"' in page
    assert '<input type="hidden" name="q" value="lena">' in page
    assert "All that match: 2 people" in page
    assert f'name="shown" value="{lena.pk},' in page
    query = f"?who=page&shown={lena.pk},{ina.pk}"
    run = choose(sams_browser, query, "deactivate", reason=REASON)
    assert plan_of(sams_browser, run).ids == [lena.pk]


def test_what_was_typed_is_there_after_the_re_authentication(sams_browser, lena, sam):
    make_stale(sams_browser)
    response = sams_browser.post(CHOOSE + of(lena), {"action": "deactivate", "reason": REASON})
    assert "next=" in response.url
    sign_in_again = {"password": "standin-demo"}
    back = sams_browser.post(response.url, sign_in_again)
    assert back.url == CHOOSE + of(lena)
    assert REASON in said(sams_browser.get(back.url))
    assert not BulkRun.objects.exists()


def test_the_people_themselves_read_it_in_their_access_history(sams_browser, lena):
    confirmed(sams_browser, choose(sams_browser, of(lena), "deactivate", reason=REASON))
    confirmed(sams_browser, choose(sams_browser, of(lena), "reactivate"))
    hers = Client()
    sign_in(hers, User.objects.get(pk=lena.pk))
    page = said(hers.get("/account/access-history/"))
    assert "Deactivated your account" in page
    assert "Reactivated your account" in page
