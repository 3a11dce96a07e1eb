"""Compare two people: what one of them sees and the other doesn't, why, and who may ask."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Department, JobProfile, User
from learning.access_check.access import KINDS
from learning.access_check.compare import compared
from learning.models import Module, ModuleProgress
from learning.visibility.audience import SEEN
from learning.visibility.differences import Difference, explained
from tests.support.access_check import FROM_OUR_PAGE, HOUR, titles, words
from tests.support.assumed import data_queries, detail, events, log_in_as, sign_in
from tests.support.factories import permission_type
from tests.support.learning_factories import make_document, make_event, make_module, submitted
from tests.support.random_learning import DAY, people, random_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


def compare(client, person, other, **query):
    address = reverse("user_access", args=[person.pk, "compare"])
    named = other if isinstance(other, str) else other.email
    return client.get(address, {"with": named} | query, headers=FROM_OUR_PAGE, follow=True)


def test_sam_reads_what_lena_sees_and_max_does_not_and_why(sams_browser, lena, max_, copenhagen, aarhus):
    barista = JobProfile.objects.create(name="Barista")
    User.objects.filter(pk=lena.pk).update(job_profile=barista)
    make_module("Aa, for all")
    make_event("Bb", {"department": copenhagen}, {"job_profile": barista})
    make_document("Cc", {"person": max_}, {"person": lena}, excluded=[lena])
    make_module("Dd", {"department": aarhus})
    make_module("Ee, a draft of nobody's", is_published=False)
    make_module("Ff", {"is_everyone": True}, excluded=[lena, max_])
    response = compare(sams_browser, lena, max_)
    assert titles(response) == ["Bb", "Cc", "Dd"]
    said = words(response)
    assert "Only one of them sees 3 items. Both see 1 item. Neither sees 1 other." in said
    assert (
        "Lena Sørensen sees it: it is meant for the job profile Barista and the department Copenhagen. "
        "Max Kjær doesn't: it is meant for Copenhagen and Barista."
    ) in said
    assert (
        "Max Kjær sees it: it is meant for Max Kjær in person. Lena Sørensen doesn't: they are excluded from it."
    ) in said
    assert (
        "Max Kjær sees it: it is meant for the department Aarhus. Lena Sørensen doesn't: it is meant for Aarhus."
        in (said)
    )


def test_a_prerequisite_that_one_has_submitted_is_named(sams_browser, lena, max_):
    basics, hygiene = make_module("Basics"), make_module("Hygiene")
    swan = make_module("The swan")
    swan.prerequisites.set([basics, hygiene])
    for module in (basics, hygiene):
        module.submit_for(lena)
    assert "Max Kjær doesn't: “Basics” and “Hygiene” have to be submitted before." in words(
        compare(sams_browser, lena, max_)
    )
    basics.submit_for(max_)
    assert (
        "Lena Sørensen sees it: it is meant for everyone. Max Kjær doesn't: “Hygiene” has to be submitted before."
        in (words(compare(sams_browser, max_, lena)))
    )


def test_rita_compares_what_she_may_know_of_alone(client, rita, lena, copenhagen, aarhus, max_):
    other = User.objects.create_user("ann@harbour.example", first_name="Ann", department=copenhagen)
    make_document("For Max", {"person": max_}, {"department": aarhus})
    make_module("Draft", {"department": copenhagen}, is_published=False)
    make_module("For Lena", {"person": lena})
    sign_in(client, rita)
    response = compare(client, lena, other)
    assert titles(response) == ["For Lena"]
    assert "Both see 0 items. Neither sees 0 others." in words(response)


def test_a_prerequisite_that_the_asker_may_not_know_of_is_not_named(mona, lena, max_):
    secret, swan = make_module("Takeover of a rival", published_from=timezone.now() + HOUR), make_module("The swan")
    swan.prerequisites.add(secret)
    row = Difference("module", swan.pk, swan.title, (SEEN, 5))
    [explained_row] = explained([row], (lena, max_), mona, KINDS)
    assert explained_row.sentences == [
        "Lena Sørensen sees it: it is meant for everyone.",
        "Max Kjær doesn't: a module that you may not see has to be submitted before.",
    ]
    swan.prerequisites.add(make_module("Another secret", published_from=timezone.now() + HOUR))
    [explained_row] = explained([row], (lena, max_), mona, KINDS)
    assert explained_row.sentences[1] == "Max Kjær doesn't: 2 modules that you may not see have to be submitted before."


def test_people_are_counted_and_not_named(sams_browser, lena, max_, mona):
    make_module("Ours", {"person": mona}, {"person": lena})
    said = words(compare(sams_browser, lena, max_))
    assert "Max Kjær doesn't: it is meant for 2 people by name." in said
    assert "Mona" not in said


def test_two_people_of_one_name_are_told_apart(sams_browser, lena, copenhagen):
    twin = User.objects.create_user("lena2@harbour.example", first_name="Lena", last_name="Sørensen")
    make_module("Ours", {"department": copenhagen})
    said = words(compare(sams_browser, lena, twin))
    assert f"Lena Sørensen ({lena.email}) sees it" in said
    assert "Lena Sørensen (lena2@harbour.example) doesn't" in said


@pytest.mark.parametrize(
    "named", ["max@harbour.example", " MAX@harbour.example", "HR-7", "hr-7", "{pk}", "person-{pk}"]
)
def test_the_other_person_is_named_by_address_identifier_or_id(sams_browser, lena, max_, aarhus, named):
    User.objects.filter(pk=max_.pk).update(external_id="HR-7")
    make_module("For Aarhus", {"department": aarhus})
    assert titles(compare(sams_browser, lena, named.format(pk=max_.pk))) == ["For Aarhus"]


def test_the_question_is_on_record_for_both_by_id(sams_browser, sam, lena, max_):
    compare(sams_browser, lena, max_, q="latte")
    found = events("access.checked")
    assert [(each.actor_id, each.target_id) for each in found] == [(sam.pk, lena.pk), (sam.pk, max_.pk)]
    for each in found:
        assert detail(each) == {"question": "compare", "with": f"person-{max_.pk}", "search": "latte"}


def test_of_two_people_that_a_text_names_one_is_chosen(sams_browser, lena, max_, aarhus):
    twin = User.objects.create_user("twin@harbour.example", first_name="Twin", external_id=str(max_.pk))
    make_module("For Aarhus", {"department": aarhus})
    response = compare(sams_browser, lena, str(max_.pk))
    assert set(titles(response)) == {"Max Kjær", twin.name}
    assert events("access.checked") == []
    assert f"?with=person-{max_.pk}&" in response.content.decode()
    assert titles(compare(sams_browser, lena, f"person-{max_.pk}")) == ["For Aarhus"]


@pytest.mark.parametrize("named", ["nobody@harbour.example", "person-999999", "999999", "x" * 300, "\0", "person-"])
def test_nobody_by_that_name_is_said_and_not_recorded(sams_browser, lena, named):
    response = compare(sams_browser, lena, named)
    assert response.status_code == 200
    assert "Nobody that you may see has" in words(response)
    assert events("access.checked") == []


def test_lena_is_not_compared_with_herself(sams_browser, lena):
    assert "That is Lena Sørensen. Name somebody else." in words(compare(sams_browser, lena, lena))
    assert events("access.checked") == []


def test_without_another_person_there_is_the_form_and_no_record(sams_browser, lena):
    address = reverse("user_access", args=[lena.pk, "compare"])
    page = sams_browser.get(address, headers=FROM_OUR_PAGE).content.decode()
    assert 'name="with"' in page
    assert 'aria-current="page">Compare</a>' in page
    assert events("access.checked") == []


def test_rita_does_not_find_max_to_compare_with(client, rita, lena, max_):
    sign_in(client, rita)
    for named in (max_.email, f"person-{max_.pk}"):
        response = compare(client, lena, named)
        assert "Nobody that you may see has" in words(response)
        assert "Max" not in words(response)
    assert events("access.checked") == []


def test_a_prerequisite_whose_result_expired_is_named(sams_browser, lena, max_):
    needed, module = make_module("Safety", valid_for=30 * DAY), make_module("Forklift")
    module.prerequisites.add(needed)
    submitted(lena, needed, days_ago=1)
    submitted(max_, needed, days_ago=40)
    said = words(compare(sams_browser, lena, max_))
    assert "Max Kjær doesn't: “Safety” has to be submitted before." in said


def test_it_takes_the_right_for_both_and_the_attempt_is_on_record(client, rita, lena, max_, copenhagen):
    rita.groups.add(permission_type("Sees all", "see_people"))
    make_module("Secret", {"department": copenhagen})
    sign_in(client, User.objects.get(pk=rita.pk))
    response = compare(client, lena, max_)
    assert response.status_code == 403
    assert "Secret" not in response.content.decode()
    (event,) = events("access.checked")
    assert (event.outcome, event.target_id) == ("refused", max_.pk)


def test_a_draft_known_by_its_title_is_not_part_of_it(client, sam, lena, max_, copenhagen):
    make_module("Draft", {"department": copenhagen}, is_published=False)
    sam.groups.add(permission_type("Drafts", "know_drafts"))
    sign_in(client, User.objects.get(pk=sam.pk))
    assert "Neither sees 0 others." in words(compare(client, lena, max_))


def test_in_an_assumed_session_the_rights_of_sam_count(client, sam, lena, max_, aarhus):
    make_module("For Aarhus", {"department": aarhus})
    log_in_as(client, sam, lena)
    address = reverse("assumed_session_access", args=["compare"])
    assert titles(client.get(address, {"with": max_.email}, headers=FROM_OUR_PAGE, follow=True)) == ["For Aarhus"]
    assert {each.target_id for each in events("access.checked")} == {lena.pk, max_.pk}


@pytest.mark.parametrize("count", [2, 13])
def test_a_comparison_costs_the_same_however_much_differs(sams_browser, lena, max_, norreport, count):
    barista = JobProfile.objects.create(name="Barista")
    for number in range(count):
        make_module(f"{number:02} module", {"department": norreport}, {"job_profile": barista})
        make_event(f"{number:02} event", {"person": max_}, {"person": lena}, excluded=[lena])
        needed = make_module(f"Needed {number}")
        needed.submit_for(max_)
        make_module(f"{number:02} builds on").prerequisites.add(needed)
        make_document(f"{number:02} document", {"department": norreport})
    with CaptureQueriesContext(connection) as captured:
        assert len(titles(compare(sams_browser, lena, max_))) == min(10, 4 * count)
    asked = [sql for sql in data_queries(captured) if sql.lstrip("(").startswith("SELECT")]
    selects = [sql for sql in asked if "audit" not in sql and "config_cacheentry" not in sql]
    # Recorded and shown, each time: session, who asks, the person, the other one's number, the other one. Then: the
    # account, titles, parts of audiences, people in them, departments above, what has to be submitted; and the facts of
    # each of the two.
    assert len(selects) == 2 * 5 + 10 + 2 * 13, "\n".join(selects)


def test_the_pages_lead_on_with_the_same_question(sams_browser, lena, max_, copenhagen):
    for number in range(13):
        make_module(f"Latte {number:02}", {"department": copenhagen})
    first = compare(sams_browser, lena, max_, q="latte")
    assert f'href="?with=person-{max_.pk}&amp;q=latte&amp;page=2"' in first.content.decode()
    second = compare(sams_browser, lena, max_, q="latte", page=2)
    assert len(titles(first)) == 10
    assert titles(second) == ["Latte 10", "Latte 11", "Latte 12"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.randoms(use_true_random=False))
def test_the_list_is_what_exactly_one_of_two_people_sees(company, copenhagen, norreport, aarhus, owner, chance):
    for model in KINDS.values():
        model.objects.all().delete()
    User.objects.exclude(pk=owner.pk).delete()
    JobProfile.objects.all().delete()
    everybody, profiles = people(list(Department.objects.order_by("path")), chance)
    items = [random_item(chance, everybody, list(Department.objects.order_by("path")), profiles) for _n in range(6)]
    now = timezone.now()
    for module in Module.objects.filter(leads_to__in=[item.pk for item in items if isinstance(item, Module)]):
        ModuleProgress.objects.update_or_create(
            module=module, user=chance.choice(everybody), defaults={"started_at": now, "submitted_at": now}
        )
    one, other = (User.objects.get(pk=person.pk) for person in chance.sample(everybody, 2))
    sees = [
        {
            (kind, pk)
            for kind, model in KINDS.items()
            for pk in model.objects.visible_to(person).values_list("pk", flat=True)
        }
        for person in (one, other)
    ]
    found, both, neither = compared((one, other), owner, "")
    assert {(row.kind, row.pk) for row in found} == sees[0] ^ sees[1]
    assert len(found) == len(sees[0] ^ sees[1])
    everything = sum(model.objects.count() for model in KINDS.values())
    assert both == len(sees[0] & sees[1])
    assert neither == everything - len(sees[0] | sees[1])
