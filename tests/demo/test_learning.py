"""What the demo company learns: the cases that the documentation names are there to be seen."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from demo import learning, users
from learning import uploads
from learning.models import Answer, Document, Event, Interaction, Module, ModuleProgress, Registration, Status
from learning.visibility.audience import explain
from tests.support.assumed import sign_in
from tests.support.learning_factories import untouched

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(db):
    users.load()
    learning.load()


def person(name):
    return User.objects.get(email=f"{name}@harbour.example")


def test_two_required_interactions_keep_lena_from_submitting_food_safety_basics(client, demo):
    module = Module.objects.visible_to(person("lena")).get(title="Food safety basics")
    sign_in(client, person("lena"))
    response = client.post(reverse("module_submit", args=[module.pk]), untouched(client, module))
    assert response.status_code == 422
    titles = re.findall(r'<a href="#interaction-\d+">(.*?)</a>', response.content.decode())
    assert titles == ["3. When do you change the cloth?", "4. I report illness"]


def test_max_does_not_find_latte_art_night_for_it_is_for_copenhagen(client, demo):
    event = Event.objects.get(title="Latte art night")
    assert Event.objects.visible_to(person("lena")).filter(pk=event.pk).exists()
    assert [verdict.rule.name for verdict in explain(person("max"), event) if not verdict.passed] == ["audience"]
    sign_in(client, person("max"))
    assert "Latte art night" not in client.get(reverse("event_list")).content.decode()


def test_a_document_opens_on_monday(demo):
    document = Document.objects.get(title="Holiday opening hours")
    assert document.published_from > timezone.now()
    assert timezone.localtime(document.published_from).isoweekday() == 1
    assert [verdict.rule.name for verdict in explain(person("lena"), document) if not verdict.passed] == ["opened"]


def test_lenas_dashboard_shows_every_way_that_a_module_can_stand(demo):
    modules = Module.objects.visible_to(person("lena")).with_progress_of(person("lena"))
    standing = {module.title: module.status for module in modules}
    assert standing["Allergens at the counter"] == Status.OVERDUE
    assert standing["Food safety basics"] == Status.DUE_SOON
    assert standing["Closing the till"] == Status.IN_PROGRESS
    assert standing["Latte art basics"] == Status.NOT_STARTED
    assert standing["Welcome to Harbour Coffee"] == Status.DONE
    assert "Latte art: tulip and swan" not in standing


def test_the_place_of_ina_who_is_deactivated_goes_to_lena(demo):
    event = Event.objects.get(title="Steaming milk, hands on")
    assert event.registrations.count() == event.capacity
    event.register(person("lena"))
    names = {registration.user.first_name for registration in event.registrations.select_related("user")}
    assert names == {"Mona", "Rita", "Lena"}


def test_loading_twice_changes_nothing(demo):
    kinds = [Module, Event, Document, Interaction, Answer, ModuleProgress, Registration]
    before = [list(kind.objects.order_by("pk").values()) for kind in kinds]
    assert all(before)
    learning.load()
    assert [list(kind.objects.order_by("pk").values()) for kind in kinds] == before


def test_what_content_creators_changed_in_the_demo_stays(demo):
    Module.objects.filter(title="Closing the till").update(is_published=False)
    learning.load()
    assert not Module.objects.get(title="Closing the till").is_published


def test_the_demos_files_are_what_they_say_and_are_handed_out(client, demo):
    sign_in(client, person("lena"))
    types = set()
    for document in Document.objects.visible_to(person("lena")):
        response = client.get(document.get_absolute_url())
        content = b"".join(response.streaming_content)
        assert len(content) == document.size > 80
        uploads.validate(SimpleUploadedFile(document.filename, content))
        types.add(response.headers["Content-Type"])
    assert types == {"application/pdf", "text/csv; charset=utf-8", "text/plain; charset=utf-8"}
