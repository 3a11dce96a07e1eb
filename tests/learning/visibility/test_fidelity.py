"""In an assumed session the learner's pages are the learner's, and looking at all of them leaves nothing behind."""

import random
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import JobProfile, User
from learning.models import Document, Event, Interaction, Module
from tests.support.access_check import FROM_OUR_PAGE
from tests.support.assumed import log_in_as, sign_in
from tests.support.factories import UserFactory
from tests.support.learning_factories import Kind, add_interaction, make_document, make_event, make_module
from tests.support.permission_setup import set_company

pytestmark = [pytest.mark.django_db, pytest.mark.once]
DAY = timedelta(days=1)
ZONES = ["Europe/Copenhagen", "America/New_York", "Pacific/Auckland"]
BAR = re.compile(r'<section class="assumed-bar".*?</section>\s*', re.DOTALL)
# What says in the browser's tab whose account it is, and the menu of account pages, which stay private.
FRAME = re.compile(
    r'(?<=<title>)▲ [^·]+ · |-assumed(?=[\w.]*\.svg)|\s*<link rel="stylesheet" href="[^"]*/assumed[^"]*">'
    r'|\.[0-9a-f]{12}(?=\.svg" type="image)|<div class="menu" id="my-menu".*?</div>',
    re.DOTALL,
)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


def pages_of(person):
    """Every learner's page that this person can reach."""
    lists = [reverse(name) for name in ("dashboard", "module_list", "event_list", "document_list")]
    searches = [f"{address}?q=2" for address in lists[1:]]
    modules = list(Module.objects.visible_to(person))
    details = [module.get_absolute_url() for module in modules]
    files = [document.get_absolute_url() for document in Document.objects.visible_to(person)]
    opened = Interaction.objects.filter(module__in=modules).exclude(file="")
    return [*lists, *searches, *details, *files, *[reverse("interaction_file", args=[each.pk]) for each in opened]]


def hidden_from(person):
    """Return the addresses of a module and of a document that this person can't reach."""
    hidden = [model.objects.exclude(pk__in=model.objects.visible_to(person)).first() for model in (Module, Document)]
    return [item.get_absolute_url() for item in hidden if item]


def content(response):
    assert response.status_code == 200
    return b"".join(response.streaming_content) if response.streaming else response.content


def as_the_learner_sees_it(response):
    """Return the page without the bar, the frame and tokens, and without the blanks where the bar would stand."""
    page = content(response)
    if b"<html" not in page:
        return page
    own = FRAME.sub("", TOKEN.sub("", BAR.sub("", page.decode(), count=1)))
    return re.sub(r">\s*(?=<header|<link|<script)", ">", own)


def learn(chance, person, modules, events):
    """Return some answers, submits and registrations of one person, among what they see."""
    visible = set(Module.objects.visible_to(person).values_list("pk", flat=True))
    for module in modules:
        if module.pk not in visible or chance.random() < 0.3:
            continue
        for interaction in module.interactions.all():
            if chance.random() < 0.7:
                choices = list(interaction.choices.all())
                module.keep_answers(person, {interaction: chance.choice(choices).pk if choices else True})
        if not module.missing_for(person).exists():
            module.submit_for(person)
    for event in Event.objects.visible_to(person):
        if chance.random() < 0.3:
            event.register(person)


@pytest.fixture
def campus(company, copenhagen, norreport, aarhus):
    """Return a company that learns: thirty people in places, jobs and time zones of their own, each with a past."""
    chance = random.Random(30)
    places = [company, copenhagen, norreport, aarhus, None]
    jobs = [*[JobProfile.objects.create(name=name) for name in ("Barista", "Baker", "Manager")], None]
    people = [
        UserFactory(
            first_name=f"Learner{number}",
            last_name="<b>O'Neil</b>" if number == 7 else "Jensen",
            department=places[number % 5],
            job_profile=jobs[number % 4],
            time_zone=ZONES[number % 3],
        )
        for number in range(30)
    ]
    audiences = [{"is_everyone": True}, {"department": copenhagen}, {"department": aarhus}, {"job_profile": jobs[0]}]
    modules = []
    for number in range(5):
        due_at = [None, timezone.now() + 3 * DAY, timezone.now() - DAY][number % 3]
        module = make_module(f"Module {number}", audiences[number % 4] | {"due_at": due_at}, summary="In *short*")
        add_interaction(module, "Read", prompt="**Everything**")
        add_interaction(module, "Choose", Kind.SINGLE_CHOICE, choices=["*A", "B"])
        add_interaction(module, "Say", Kind.FREE_TEXT, required=False)
        modules.append(module)
        make_event(f"Event {number}", audiences[number % 4], capacity=20, excluded=people[number : number + 2])
        make_document(f"Document {number}", audiences[number % 4], published_from=timezone.now() + (number - 3) * DAY)
    modules[4].prerequisites.add(modules[0])
    for person in people:
        learn(chance, User.objects.get(pk=person.pk), modules, None)
    return people


def test_the_pages_of_thirty_learners_are_theirs_to_the_letter(campus, owner):
    set_company(starts_per_hour=60)
    kinds = set()
    for person in campus:
        person = User.objects.get(pk=person.pk)
        own, assumed = Client(), Client()
        sign_in(own, person)
        addresses = pages_of(person)
        theirs = {address: as_the_learner_sees_it(own.get(address)) for address in addresses}
        log_in_as(assumed, owner, person)
        for address in addresses:
            response = assumed.get(address)
            if not response.streaming:
                assert "assumed-bar" in response.content.decode(), address
            assert as_the_learner_sees_it(response) == theirs[address], (person.email, address)
        for address in hidden_from(person):
            assert own.get(address).status_code == assumed.get(address).status_code == 404, (person.email, address)
        kinds.add(len(addresses))
    assert len(kinds) > 3, "these people are too alike to compare"


def rows_of(person):
    """Every row of every table that belongs to the person: their own, and all that refer to them."""
    rows = {}
    for model in apps.get_models(include_auto_created=True):
        keys = [
            field.name for field in model._meta.concrete_fields if field.related_model and field.related_model is User
        ]
        if model is User:
            keys = ["pk"]
        for key in keys:
            found = model._base_manager.filter(**{key: person.pk}).order_by("pk")
            rows[f"{model._meta.label}.{key}"] = [without_looks(row) for row in found.values()]
    return rows


def without_looks(row):
    """Return a row without what an assumed session says about the pages that were looked at."""
    return {name: value for name, value in row.items() if name != "traces"}


@pytest.mark.parametrize("mode", ["act", "look_only"])
def test_walking_every_page_as_lena_changes_no_row_of_hers(client, sam, lena, catalogue, tmp_path, mode):
    lena = User.objects.get(pk=lena.pk)
    catalogue.keep_answers(lena, {catalogue.interactions.first(): True})
    Event.objects.get().register(lena)
    session = log_in_as(client, sam, lena, mode=mode)
    before = rows_of(lena)
    assert {"accounts.User.pk", "learning.ModuleProgress.user", "learning.Answer.user"} <= set(before)
    assert all(before[name] for name in ("learning.Answer.user", "learning.Registration.user", "accounts.User.pk"))
    walked = [*pages_of(lena), reverse("assumed_session_access"), reverse("assumed_session")]
    walked += [f"{reverse('assumed_session_access')}?item=module-{catalogue.pk}"]
    for address in walked:
        content(client.get(address, headers=FROM_OUR_PAGE, follow=True))
        content(client.head(address, headers=FROM_OUR_PAGE, follow=True))
    for address in ("/account/", "/accounts/password/change/", "/nowhere/"):
        assert client.get(address).status_code in {403, 404}
    assert rows_of(lena) == before
    session.refresh_from_db()
    assert session.ended_at is None


def test_the_demo_has_no_page_that_marks_what_was_looked_at(client, settings):
    call_command("seed_demo", verbosity=0)
    sam, lena = (User.objects.get(email=f"{name}@harbour.example") for name in ("sam", "lena"))
    log_in_as(client, sam, lena)
    before = rows_of(lena)
    assert len(before["learning.Answer.user"]) >= 3
    for address in pages_of(lena):
        content(client.get(address))
    assert rows_of(lena) == before
