"""Writing modules, events and documents in the admin site: what Carl types is checked where he types it."""

import html
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from learning.models import Document, Event, Module
from tests.support.assumed import sign_in
from tests.support.factories import permission_type
from tests.support.learning_factories import PDF, Kind, add_interaction, make_document, make_module

pytestmark = pytest.mark.django_db

PUBLISHED = {"is_published": "on", "published_from_0": "", "published_until_0": ""}


def rows(prefix, *forms, initial=0):
    """Return the fields of an inline: its management form and each of its forms."""
    data = {f"{prefix}-TOTAL_FORMS": len(forms), f"{prefix}-INITIAL_FORMS": initial}
    for number, form in enumerate(forms):
        data |= {f"{prefix}-{number}-{name}": value for name, value in form.items()}
    return data


def module_data(title="Food safety", *, audience=(), exclusions=(), interactions=(), initial=0, **fields):
    inlines = rows("audience", *audience) | rows("exclusions", *exclusions)
    return {"title": title} | PUBLISHED | inlines | rows("interactions", *interactions, initial=initial) | fields


def interaction(title="A question", kind="single_choice", choices="", **fields):
    return {
        "position": 1,
        "kind": kind,
        "is_required": "on",
        "title": title,
        "prompt": "",
        "choices_text": choices,
    } | fields


def add(client, model, data):
    return client.post(reverse(f"admin:learning_{model}_add"), data)


def text(response):
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def test_carl_writes_a_module_that_lena_then_sees(carls_browser, lena, copenhagen):
    response = add(
        carls_browser,
        "module",
        module_data(
            audience=[{"department": copenhagen.pk, "due_at_0": "2040-01-31", "due_at_1": "12:00"}],
            interactions=[
                interaction("Clean hands", "read"),
                interaction("How cold?", choices="* 5 °C\n\n12 °C", position=2),
                interaction("When?", "multiple_choice", "*Smells\n* Evening\nNever", position=3),
            ],
        ),
    )
    assert response.status_code == 302, text(response)
    module = Module.objects.visible_to(lena).with_progress_of(lena).get()
    assert module.due_at.isoformat() == "2040-01-31T11:00:00+00:00"
    assert [
        (each.title, [(choice.text, choice.is_right) for choice in each.choices.all()])
        for each in module.interactions.all()
    ] == [
        ("Clean hands", []),
        ("How cold?", [("5 °C", True), ("12 °C", False)]),
        ("When?", [("Smells", True), ("Evening", True), ("Never", False)]),
    ]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"choices": "Only one"}, "Give at least two choices."),
        ({"choices": "* A\n* B"}, "A single choice has one right answer at most."),
        ({"choices": "A\nA"}, "Two choices are the same."),
        ({"choices": "A\n" + "B" * 301}, "Choice 2 is longer than 300 characters."),
        ({"kind": "read", "choices": "A\nB"}, "Only single and multiple choice have choices."),
    ],
)
def test_choices_that_make_no_sense_are_refused(carls_browser, fields, said):
    response = add(carls_browser, "module", module_data(interactions=[interaction(**fields)]))
    assert said in text(response)
    assert not Module.objects.exists()


@pytest.mark.parametrize(
    "part", [{"is_everyone": "on", "person": "lena@harbour.example"}, {"due_at_0": "2040-01-31", "due_at_1": "12:00"}]
)
def test_a_part_of_an_audience_names_one_thing(carls_browser, lena, part):
    response = add(carls_browser, "module", module_data(audience=[part]))
    assert "Choose one: everyone, a department, a job profile, or a person." in text(response)
    assert not Module.objects.exists()


def test_what_was_ticked_as_read_is_no_answer_once_carl_asks_a_question_there(carls_browser, lena):
    module = make_module()
    step = add_interaction(module, "Clean hands")
    step.answer_for(lena, "on")
    kept = interaction("Clean hands", "read", id=step.pk, module=module.pk)
    asked = kept | {"kind": "single_choice", "choices_text": "* With soap\nWithout", "fate": "clear"}
    address = reverse("admin:learning_module_change", args=[module.pk])
    for fields, answered in ((kept | {"prompt": "Reworded", "fate": "stay"}, True), (asked, False)):
        data = module_data(interactions=[fields], initial=1)
        assert carls_browser.post(address, data).status_code == 302
        assert module.missing_for(lena).exists() is not answered


def test_a_text_of_more_than_thirty_pages_is_refused_where_it_is_typed(carls_browser):
    data = module_data(description="x" * 50_001, interactions=[interaction(kind="read", prompt="y" * 50_001)])
    page = text(add(carls_browser, "module", data))
    assert page.count("at most 50000 characters (it has 50001)") == 2 * 2, "at each field and above the form"
    assert not Module.objects.exists()


def test_people_are_named_by_e_mail_address(carls_browser, lena, max_):
    data = module_data(audience=[{"person": " Lena.Sorensen@Harbour.example "}])
    assert "Nobody has this email address." in text(add(carls_browser, "module", data))
    data = module_data(audience=[{"is_everyone": "on"}], exclusions=[{"person": "MAX@harbour.example"}])
    assert add(carls_browser, "module", data).status_code == 302
    module = Module.objects.get()
    assert [each.person for each in module.exclusions.all()] == [max_]
    address = reverse("admin:learning_module_change", args=[module.pk])
    assert 'value="max@harbour.example"' in text(carls_browser.get(address))


def test_a_module_never_builds_on_itself(carls_browser):
    first, second, third = (make_module(title) for title in ("First", "Second", "Third"))
    second.prerequisites.add(first)
    third.prerequisites.add(second)
    data = module_data("First", prerequisites=[third.pk])
    response = carls_browser.post(reverse("admin:learning_module_change", args=[first.pk]), data)
    assert "“Third” builds on this module itself" in text(response)
    data = module_data("Third", prerequisites=[first.pk])
    assert carls_browser.post(reverse("admin:learning_module_change", args=[third.pk]), data).status_code == 302
    assert list(third.prerequisites.all()) == [first]
    assert not first.prerequisites.exists()


def test_a_publication_that_ends_before_it_begins_is_refused(carls_browser):
    window = {"published_from_0": "2040-02-01", "published_from_1": "08:00"}
    window |= {"published_until_0": "2040-01-01", "published_until_1": "08:00"}
    assert "The publication must end after it begins." in text(add(carls_browser, "module", module_data(**window)))


def event_data(**fields):
    times = {"starts_at_0": "2040-01-31", "starts_at_1": "19:00", "ends_at_0": "2040-01-31", "ends_at_1": "22:00"}
    inlines = rows("audience", {"is_everyone": "on"}) | rows("exclusions")
    return {"title": "Latte art night", "time_zone": "Europe/Copenhagen"} | PUBLISHED | times | inlines | fields


def test_carl_writes_an_event(carls_browser, lena):
    assert add(carls_browser, "event", event_data(capacity=24)).status_code == 302
    assert Event.objects.visible_to(lena).get().capacity == 24


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"ends_at_1": "18:00"}, "The event must end after it starts."),
        ({"time_zone": "Europe/Nowhere"}, "is not a time zone"),
        (
            {"starts_at_0": "2040-03-25", "starts_at_1": "02:30"},
            "couldn’t be interpreted in time zone Europe/Copenhagen",
        ),
        ({"capacity": "-1"}, "greater than or equal to 0"),
        ({"link": "javascript:alert(1)"}, "Enter a valid URL."),
    ],
)
def test_an_event_that_makes_no_sense_is_refused(carls_browser, fields, said):
    assert said in text(add(carls_browser, "event", event_data(**fields)))
    assert not Event.objects.exists()


def document_data(name, content):
    inlines = rows("audience", {"is_everyone": "on"}) | rows("exclusions")
    return {"title": "Wall chart", "file": SimpleUploadedFile(name, content)} | PUBLISHED | inlines


def test_carl_uploads_a_document(carls_browser, lena):
    assert add(carls_browser, "document", document_data("Wall chart.pdf", PDF)).status_code == 302
    document = Document.objects.visible_to(lena).get()
    assert (document.filename, document.size) == ("Wall chart.pdf", len(PDF))


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "chart.pdf", "list.csv", "note.txt"])
def test_a_page_that_a_browser_would_run_is_not_accepted_under_any_name(carls_browser, name):
    response = add(carls_browser, "document", document_data(name, b"<svg onload='alert(1)'></svg>"))
    assert response.status_code == 200
    assert not Document.objects.exists()


def test_a_document_can_be_changed_although_its_file_is_gone(carls_browser):
    document = make_document()
    Path(document.file.path).unlink()
    entry = document.audience.get()
    data = document_data("unused.pdf", PDF) | {"title": "Renamed", "file": ""}
    data |= rows("audience", {"is_everyone": "on", "id": entry.pk, "item": document.pk}, initial=1)
    response = carls_browser.post(reverse("admin:learning_document_change", args=[document.pk]), data)
    assert response.status_code == 302, text(response)
    assert Document.objects.get().title == "Renamed"


def test_learners_and_auditors_do_not_write_content(lena, audrey, sam):
    for person, statuses in ((lena, {404}), (sam, {404}), (audrey, {403, 404})):
        client = Client()
        sign_in(client, person)
        for model in ("module", "event", "document"):
            assert client.get(reverse(f"admin:learning_{model}_changelist")).status_code in statuses
            assert client.get(reverse(f"admin:learning_{model}_add")).status_code in statuses


def test_who_may_only_look_at_modules_changes_nothing_of_them(client, audrey):
    module = make_module()
    add_interaction(module, "How cold?", Kind.SINGLE_CHOICE, choices=["*5 °C", "12 °C"])
    audrey.groups.add(permission_type("Reader of modules", "view_module"))
    sign_in(client, audrey)
    address = reverse("admin:learning_module_change", args=[module.pk])
    page = text(client.get(address))
    assert "How cold?" in page
    assert 'name="_save"' not in page
    assert "textarea" not in page
    assert client.post(address, module_data("Changed")).status_code == 403
    assert Module.objects.get().title == "Food safety basics"


def test_the_lists_show_and_find_what_there_is(carls_browser):
    make_module("Latte art")
    make_module("Closing the till")
    page = text(carls_browser.get(reverse("admin:learning_module_changelist"), {"q": "latte"}))
    assert "Latte art" in page
    assert "Closing the till" not in page
