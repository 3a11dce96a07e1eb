"""What content creators break is shown to them: on the page of an item, and in the list of items."""

import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import JobProfile, User
from learning.models import Interaction, Module
from learning.visibility.problems import having_problems, labels_of, problems_of, with_problems
from tests.support.access_check import words
from tests.support.assumed import data_queries
from tests.support.learning_factories import add_interaction, make_document, make_event, make_module

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
Kind = Interaction.Kind
MAKERS = [make_module, make_event, make_document]


def labels(item):
    found = labels_of(with_problems(type(item).objects.all()).get(pk=item.pk))
    assert len(found) <= len(problems_of(item)), "each has its sentence"
    assert (having_problems(type(item).objects.all()).filter(pk=item.pk).exists()) == bool(found), (
        "and the filter agrees"
    )
    return found


def file_step(module, title="Open the chart", *, required=True):
    step = Interaction(module=module, title=title, kind=Kind.OPEN_FILE, is_required=required)
    step.file = ContentFile(b"%PDF-1.4\n%%EOF\n", name="chart.pdf")
    step.save()
    return step


@pytest.mark.parametrize("make", MAKERS)
def test_what_is_in_order_and_what_is_a_draft_has_no_problem(make, lena, copenhagen):
    assert labels(make("For all")) == []
    assert labels(make("For Copenhagen", {"department": copenhagen})) == []
    assert labels(make("Draft", is_published=False, published_until=timezone.now() - HOUR)) == []
    draft = make("Draft for nobody", is_published=False)
    draft.audience.all().delete()
    assert labels(draft) == []


@pytest.mark.parametrize("make", MAKERS)
def test_an_empty_audience_is_told(make, lena):
    item = make("Lost")
    item.audience.all().delete()
    assert labels(item) == ["no audience"]
    assert problems_of(item) == ["Published, but nobody can see it: the audience is empty."]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("part", ["everyone", "department", "job_profile", "person"])
def test_an_audience_of_which_everybody_is_excluded_or_gone_is_told(make, part, lena, norreport, copenhagen):
    barista = JobProfile.objects.create(name="Barista")
    User.objects.filter(pk=lena.pk).update(job_profile=barista)
    parts = {
        "everyone": {"is_everyone": True},
        "department": {"department": norreport},
        "job_profile": {"job_profile": barista},
        "person": {"person": lena},
    }
    everybody = list(User.objects.all())
    assert labels(make("Lost", parts[part], excluded=everybody)) == ["nobody in its audience"]
    item = make("Seen", parts[part])
    assert labels(item) == []
    User.objects.update(is_active=False)
    assert labels(item) == ["nobody in its audience"]
    assert problems_of(item) == ["Nobody sees it: nobody active is in its audience, or everybody in it is excluded."]


def test_one_part_that_reaches_somebody_is_enough(lena, norreport, aarhus):
    assert labels(make_module("Seen", {"department": aarhus}, {"person": lena}, {"department": norreport})) == []
    assert labels(make_module("Lost", {"department": aarhus})) == ["nobody in its audience"]


@pytest.mark.parametrize("make", MAKERS)
def test_what_has_closed_is_told_with_the_time(make, lena):
    item = make("Past", published_until=timezone.now() - HOUR)
    assert labels(item) == ["no longer published"]
    assert problems_of(item)[0].startswith("Its publication ended on ")


def test_an_event_that_is_over_is_told(lena):
    now = timezone.now()
    event = make_event("Past", starts_at=now - 3 * HOUR, ends_at=now - HOUR)
    assert labels(event) == ["over"]
    assert problems_of(event)[0].startswith("It was over on ")


def test_a_file_that_is_gone_is_told(lena):
    document = make_document("Chart")
    document.file.storage.delete(document.file.name)
    assert labels(document) == ["file is gone"]
    assert problems_of(document) == ["Its file “chart.pdf” is gone from the storage: nobody can download it."]


@pytest.mark.parametrize(
    ("required", "said"),
    [
        (True, "Nobody can submit it: the file of the required “Open the chart” is gone from the storage."),
        (False, "The file of “Open the chart” is gone from the storage: nobody can open it."),
    ],
)
def test_a_step_whose_file_is_gone_is_told(lena, required, said):
    module = make_module()
    step = file_step(module, required=required)
    assert labels(module) == []
    step.file.storage.delete(step.file.name)
    assert labels(module) == ["file is gone"]
    assert problems_of(module) == [said]


def test_a_module_that_nobody_can_submit_is_told(lena):
    module = make_module()
    add_interaction(module, "Why?", Kind.SINGLE_CHOICE, choices=["Because"])
    add_interaction(module, "Optional", Kind.MULTIPLE_CHOICE, required=False)
    assert labels(module) == []
    add_interaction(module, "How?", Kind.MULTIPLE_CHOICE)
    assert labels(module) == ["can't be submitted: no choices"]
    assert problems_of(module) == ["Nobody can submit it: the required “How?” offers no choices."]


def test_a_prerequisite_that_nobody_sees_is_told(lena, aarhus):
    fine, draft = make_module("Fine"), make_module("Draft", is_published=False)
    closed = make_module("Closed", published_until=timezone.now() - HOUR)
    lost = make_module("For Aarhus", {"department": aarhus})
    module = make_module("Advanced")
    module.prerequisites.add(fine)
    assert labels(module) == []
    module.prerequisites.add(draft, closed, lost)
    assert labels(module) == ["builds on a module that nobody sees"]
    assert problems_of(module) == [
        "It builds on “Closed”, “Draft” and “For Aarhus”. "
        "Nobody waits for a draft, for what has closed, or for what is meant for nobody."
    ]


def test_carl_reads_it_on_the_page_of_the_item_and_in_the_list(carls_browser, lena):
    lost, _fine = make_module("Lost"), make_module("Fine")
    lost.audience.all().delete()
    page = carls_browser.get(f"/admin/learning/module/{lost.pk}/change/").content.decode()
    said = "Published, but nobody can see it: the audience is empty."
    assert f'<li class="warning">{said} <a href="#audience-group">' in re.sub(r"\s+", " ", page)
    assert 'class="messagelist' not in carls_browser.get("/admin/learning/module/add/").content.decode()
    listed = carls_browser.get("/admin/learning/module/")
    assert '<td data-label="Problems" class="field-problems">no audience</td>' in listed.content.decode()
    assert "With problems" in words(listed)
    filtered = carls_browser.get("/admin/learning/module/?problems=yes")
    assert list(filtered.context["cl"].result_list) == [lost]


@pytest.mark.parametrize("kind", ["module", "event", "document"])
def test_lists_and_forms_open_with_problems_of_each_kind(carls_browser, lena, kind):
    make = dict(zip(["module", "event", "document"], MAKERS, strict=True))[kind]
    item = make("Past", published_until=timezone.now() - HOUR)
    for address in ("", "?problems=yes", f"{item.pk}/change/"):
        response = carls_browser.get(f"/admin/learning/{kind}/{address}")
        assert response.status_code == 200
        assert "no longer published" in response.content.decode() or "ended on" in response.content.decode()


@pytest.mark.parametrize("count", [2, 15])
def test_the_problems_of_a_list_cost_two_queries(lena, aarhus, count, django_assert_num_queries):
    for number in range(count):
        module = make_module(f"Module {number}", {"department": aarhus})
        file_step(module)
        module.prerequisites.add(make_module(f"Draft {number}", is_published=False))
    with django_assert_num_queries(2):
        assert sum(map(bool, map(labels_of, with_problems(Module.objects.all())))) == count


@pytest.mark.parametrize("count", [2, 15])
def test_the_list_of_modules_costs_the_same_however_many_there_are(carls_browser, lena, aarhus, count):
    for number in range(count):
        file_step(make_module(f"Module {number}", {"department": aarhus}))
    carls_browser.get("/admin/learning/module/")
    with CaptureQueriesContext(connection) as captured:
        assert carls_browser.get("/admin/learning/module/").status_code == 200
    asked = [sql for sql in data_queries(captured) if "learning_" in sql]
    # Three of Django's list (how many, how many in all, the page), two for the filters, and two for the problems.
    assert len(asked) == 7, "\n".join(sql[:200] for sql in asked)
