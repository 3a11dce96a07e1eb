"""Who sees which module, event and document; and that the explanation of it is the same rule."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import JobProfile, User
from learning.models import Document, Event, Module, ModuleProgress
from learning.visibility.audience import explain
from tests.support.learning_factories import make_document, make_event, make_module

pytestmark = pytest.mark.django_db
MAKERS = [make_module, make_event, make_document]
HOUR = timedelta(hours=1)


def fresh(person):
    return User.objects.get(pk=person.pk)


def sees(person, item):
    """Whether the person sees the item; the explanation has to agree."""
    visible = type(item).objects.visible_to(fresh(person)).filter(pk=item.pk).exists()
    assert visible == (not failed(person, item))
    return visible


def failed(person, item):
    return {verdict.rule.name for verdict in explain(fresh(person), item) if not verdict.passed}


@pytest.mark.parametrize("make", MAKERS)
def test_what_is_for_everyone_is_seen_by_lena_and_by_who_belongs_nowhere(make, lena):
    item = make("For everyone")
    stranger = User.objects.create_user("stranger@harbour.example", first_name="Nobody")
    assert sees(lena, item)
    assert sees(stranger, item)


@pytest.mark.parametrize("make", MAKERS)
def test_what_is_for_copenhagen_is_seen_below_it_and_not_in_aarhus(make, lena, max_, rita, sam, copenhagen):
    item = make("For Copenhagen", {"department": copenhagen})
    assert sees(lena, item)
    assert sees(rita, item)
    assert not sees(max_, item)
    assert not sees(sam, item)
    assert failed(max_, item) == {"audience"}


def test_a_department_that_is_called_alike_is_another_one(lena, max_, aarhus):
    from tests.support.factories import DepartmentFactory

    other = DepartmentFactory(name="Nørreport", parent=aarhus)
    module = make_module("For the other Nørreport", {"department": other})
    assert not sees(lena, module)


@pytest.mark.parametrize("make", MAKERS)
def test_what_is_for_baristas_is_seen_by_baristas_wherever_they_work(make, lena, max_, sam):
    barista = JobProfile.objects.create(name="Barista")
    User.objects.filter(pk__in=[lena.pk, max_.pk]).update(job_profile=barista)
    item = make("For baristas", {"job_profile": barista})
    assert [sees(person, item) for person in (lena, max_, sam)] == [True, True, False]


@pytest.mark.parametrize("make", MAKERS)
def test_what_is_for_max_alone_is_seen_by_max_alone(make, lena, max_):
    item = make("For Max", {"person": max_})
    assert sees(max_, item)
    assert not sees(lena, item)


@pytest.mark.parametrize("make", MAKERS)
def test_an_exclusion_weighs_more_than_every_part_of_the_audience(make, lena, max_, copenhagen):
    item = make("Not for Lena", {"is_everyone": True}, {"department": copenhagen}, {"person": lena}, excluded=[lena])
    assert failed(lena, item) == {"not_excluded"}
    assert not sees(lena, item)
    assert sees(max_, item)


@pytest.mark.parametrize("make", MAKERS)
def test_two_parts_that_both_mean_lena_show_the_item_once(make, lena, copenhagen, norreport):
    item = make("Twice", {"department": copenhagen}, {"department": norreport}, {"is_everyone": True})
    assert list(type(item).objects.visible_to(lena)) == [item]


@pytest.mark.parametrize("make", MAKERS)
def test_without_an_audience_nobody_sees_it(make, lena, owner):
    item = make("For nobody")
    item.audience.all().delete()
    assert not sees(lena, item)
    assert not sees(owner, item)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"is_published": False}, "published"),
        ({"published_from": HOUR}, "opened"),
        ({"published_until": -HOUR}, "not_closed"),
    ],
)
@pytest.mark.parametrize("make", MAKERS)
def test_what_is_not_published_now_is_hidden_by_exactly_that_rule(make, fields, rule, lena):
    now = timezone.now()
    item = make(
        "Hidden", **{name: now + value if value.__class__ is timedelta else value for name, value in fields.items()}
    )
    assert failed(lena, item) == {rule}
    assert not sees(lena, item)


@pytest.mark.parametrize("make", MAKERS)
def test_inside_its_window_it_is_seen(make, lena):
    now = timezone.now()
    assert sees(lena, make("Open", published_from=now - HOUR, published_until=now + HOUR))


def test_what_builds_on_a_module_is_hidden_until_that_one_is_submitted(lena, max_):
    basics, swan = make_module("Latte art basics"), make_module("The swan")
    swan.prerequisites.add(basics)
    assert failed(lena, swan) == {"prerequisites"}
    ModuleProgress.objects.create(user=lena, module=basics)
    assert not sees(lena, swan)
    basics.submit_for(lena)
    assert sees(lena, swan)
    assert not sees(max_, swan)
    assert sees(lena, basics)


@pytest.mark.parametrize("audience", [{}, {"is_everyone": True, "person": "lena"}])
def test_a_part_of_an_audience_names_exactly_one_thing(audience, lena):
    module = make_module()
    with pytest.raises(IntegrityError, match="moduleaudience_names_one_thing"):
        module.audience.create(**{name: lena if value == "lena" else value for name, value in audience.items()})


def test_a_publication_ends_after_it_begins(lena):
    now = timezone.now()
    with pytest.raises(IntegrityError, match="module_ends_after_it_begins"):
        make_module("Backwards", published_from=now, published_until=now - HOUR)


offsets = st.sampled_from([None, -HOUR, HOUR])
parts = st.lists(
    st.sampled_from(["everyone", "company", "copenhagen", "norreport", "aarhus", "barista", "lena", "max"]),
    unique=True,
    max_size=3,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from([Module, Event, Document]),
    published=st.booleans(),
    begins=offsets,
    ends=offsets,
    audience=parts,
    excluded=st.lists(st.sampled_from(["lena", "max"]), unique=True, max_size=1),
    needs_basics=st.booleans(),
    barista=st.sampled_from(["lena", "max", None]),
)
def test_what_is_seen_is_what_no_rule_hides(
    kind,
    published,
    begins,
    ends,
    audience,
    excluded,
    needs_basics,
    barista,
    company,
    copenhagen,
    norreport,
    aarhus,
    lena,
    max_,
):
    now = timezone.now()
    if begins and ends and begins >= ends:
        ends = None
    profile, _created = JobProfile.objects.get_or_create(name="Barista")
    people = {"lena": lena, "max": max_}
    User.objects.update(job_profile=None)
    if barista:
        User.objects.filter(pk=people[barista].pk).update(job_profile=profile)
    meanings = {
        "everyone": {"is_everyone": True},
        "company": {"department": company},
        "copenhagen": {"department": copenhagen},
        "norreport": {"department": norreport},
        "aarhus": {"department": aarhus},
        "barista": {"job_profile": profile},
        "lena": {"person": lena},
        "max": {"person": max_},
    }
    make = {Module: make_module, Event: make_event, Document: make_document}[kind]
    item = make(
        "Random",
        *[meanings[name] for name in audience],
        excluded=[people[name] for name in excluded],
        is_published=published,
        published_from=begins and now + begins,
        published_until=ends and now + ends,
    )
    if not audience:
        item.audience.all().delete()
    if needs_basics and kind is Module:
        basics = make_module("Basics")
        item.prerequisites.add(basics)
        basics.submit_for(lena)
    means = {
        "lena": {"everyone", "company", "copenhagen", "norreport", "lena"}
        | ({"barista"} if barista == "lena" else set()),
        "max": {"everyone", "company", "aarhus", "max"} | ({"barista"} if barista == "max" else set()),
    }
    for name, person in people.items():
        expected = set()
        if not published:
            expected.add("published")
        if begins == HOUR:
            expected.add("opened")
        if ends == -HOUR:
            expected.add("not_closed")
        if not means[name] & set(audience):
            expected.add("audience")
        if name in excluded:
            expected.add("not_excluded")
        if needs_basics and kind is Module and name == "max":
            expected.add("prerequisites")
        assert failed(person, item) == expected
        assert sees(person, item) == (not expected)
