"""Lists and selects of the administration: words where Django has dashes and pictures, cards on a phone."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe

from accounts.models import JobProfile, User
from learning.models import Module
from learning.templatetags.learning import labelled
from tests.learning.test_admin import rows, text
from tests.support.assumed import sign_in
from tests.support.learning_factories import make_document, make_event, make_module

pytestmark = pytest.mark.django_db
MAKERS = [make_module, make_event, make_document]
OF_SEVERAL = ('class="action-select"', 'name="action"', "Run the selected action")


@pytest.mark.parametrize("make", MAKERS)
def test_a_row_says_in_words_what_is_published_and_each_value_names_its_column(carls_browser, make):
    make("Open to all")
    kind = make("Not ready", is_published=False)._meta.model_name
    page = text(carls_browser.get(reverse(f"admin:learning_{kind}_changelist")))
    assert '<td data-label="Status" class="field-status">Published</td>' in page
    assert '<td data-label="Status" class="field-status">Draft</td>' in page
    assert "icon-yes" not in page
    assert '<option value="" selected>Choose…</option>' in page
    assert "---" not in page


def test_a_value_that_is_not_set_is_an_empty_cell(carls_browser):
    make_module("At once")
    make_module("Later", published_from=timezone.now())
    page = text(carls_browser.get(reverse("admin:learning_module_changelist")))
    assert page.count('data-label="Published from" class="field-published_from"></td>') == 1


@pytest.mark.parametrize(
    ("language", "starts", "ends"),
    [
        (
            "en",
            "14\N{NO-BREAK SPACE}Dec\N{NO-BREAK SPACE}2026, 09:00",
            "1\N{NO-BREAK SPACE}Mar\N{NO-BREAK SPACE}2027, 08:05",
        ),
        (
            "de",
            "14.\N{NO-BREAK SPACE}Dez.\N{NO-BREAK SPACE}2026, 09:00\N{NO-BREAK SPACE}Uhr",
            "1.\N{NO-BREAK SPACE}März\N{NO-BREAK SPACE}2027, 08:05\N{NO-BREAK SPACE}Uhr",
        ),
        (
            "da",
            "14.\N{NO-BREAK SPACE}dec.\N{NO-BREAK SPACE}2026 kl.\N{NO-BREAK SPACE}09:00",
            "1.\N{NO-BREAK SPACE}marts\N{NO-BREAK SPACE}2027 kl.\N{NO-BREAK SPACE}08:05",
        ),
    ],
)
def test_a_list_writes_times_in_their_short_form_and_breaks_them_before_the_hour(client, carl, language, starts, ends):
    User.objects.filter(pk=carl.pk).update(language=language, time_zone="Europe/Copenhagen")
    sign_in(client, carl)
    at, until = datetime(2026, 12, 14, 8, tzinfo=UTC), datetime(2027, 3, 1, 7, 5, tzinfo=UTC)
    make_event("First aid", starts_at=at, ends_at=at + timedelta(hours=1))
    for make in (make_module, make_document):
        make("Later", published_from=at, published_until=until, created_at=at)
    for kind, found in {"event": (starts,), "module": (starts, ends), "document": (starts,)}.items():
        page = text(client.get(reverse(f"admin:learning_{kind}_changelist")))
        for said in found:
            assert f">{said}</td>" in page, kind


def test_a_list_is_sorted_by_its_headings(carls_browser):
    make_module("First", is_published=True)
    make_module("Second", is_published=False)
    page = text(carls_browser.get(reverse("admin:learning_module_changelist"), {"o": "2"}))
    assert 'aria-sort="ascending"' in page
    assert page.index("Second") < page.index("First")
    page = text(carls_browser.get(reverse("admin:learning_module_changelist"), {"o": "-2"}))
    assert 'aria-sort="descending"' in page


def test_a_label_is_escaped():
    [cell] = labelled([mark_safe('<td class="field-x">1</td>')], [{"text": '"><script>'}])
    assert cell == '<td data-label="&quot;&gt;&lt;script&gt;" class="field-x">1</td>'


@pytest.mark.parametrize("make", MAKERS)
def test_no_select_of_a_form_offers_dashes(carls_browser, make):
    JobProfile.objects.create(name="Barista")
    item = make("Anything", {"is_everyone": True})
    kind = item._meta.model_name
    for page in (reverse(f"admin:learning_{kind}_add"), reverse(f"admin:learning_{kind}_change", args=[item.pk])):
        found = text(carls_browser.get(page))
        assert "---" not in found
        assert '<option value="" selected>No department</option>' in found
        assert '<option value="" selected>No job profile</option>' in found
        assert ('<option value="" selected>Choose…</option>' in found) == (kind == "module")


def test_the_buttons_below_a_form_say_what_all_buttons_say(carls_browser, carl):
    carl.language = "de"
    carl.save()
    page = text(carls_browser.get(reverse("admin:learning_module_change", args=[make_module().pk])))
    for button in ("Speichern", "Speichern und neu hinzufügen", "Speichern und weiter bearbeiten"):
        assert f'<input type="submit" value="{button}"' in page
    assert "Sichern" not in page


@pytest.mark.parametrize("make", MAKERS)
def test_a_new_item_has_no_fields_of_a_stored_one(carls_browser, make):
    kind = make()._meta.model_name
    page = text(carls_browser.get(reverse(f"admin:learning_{kind}_add")))
    assert "Created:" not in page
    assert "Size in bytes:" not in page


def test_the_stored_file_and_its_change_stand_below_each_other(carls_browser):
    page = text(carls_browser.get(reverse("admin:learning_document_change", args=[make_document().pk])))
    assert '<p class="file-upload">Currently: <a href="' in page


def test_the_history_of_an_item_names_who_changed_it(carls_browser, carl):
    data = {"title": "Ovens", "summary": "How to clean them", "seen": ""} | rows("audience") | rows("exclusions")
    module = make_module("Ovens")
    address = reverse("admin:learning_module_history", args=[module.pk])
    assert "Nobody has changed this here yet." in text(carls_browser.get(address))
    change = reverse("admin:learning_module_change", args=[module.pk])
    assert carls_browser.post(change, data | rows("interactions")).status_code == 302
    page = text(carls_browser.get(address))
    assert "<td>Carl Nygaard</td>" in page
    assert "Changed Summary" in page
    carl.language = "de"
    carl.save()
    page = text(carls_browser.get(address))
    assert "<title>Verlauf · Ovens" in page
    assert "geschichte" not in page


def test_a_long_history_has_pages(carls_browser, carl):
    module = make_module()
    LogEntry.objects.bulk_create(
        LogEntry(
            user=carl, content_type=ContentType.objects.get_for_model(module), object_id=str(module.pk), action_flag=2,
            object_repr="x", change_message=f"change {number}",
        )
        for number in range(101)
    )  # fmt: skip
    address = reverse("admin:learning_module_history", args=[module.pk])
    page = text(carls_browser.get(address))
    assert 'href="?p=2">Older</a>' in page
    assert ">Newer</a>" not in page
    page = text(carls_browser.get(address, {"p": 2}))
    assert 'href="?p=1">Newer</a>' in page
    assert page.count("<td>change ") == 1


@pytest.mark.parametrize(("make", "kind"), [*zip(MAKERS, ["module", "event", "document"], strict=True)])
def test_an_empty_list_says_so_and_whether_something_is_there(carls_browser, make, kind):
    address = reverse(f"admin:learning_{kind}_changelist")
    assert f"There are no {kind}s yet." in text(carls_browser.get(address))
    make("Tea")
    assert "Nothing matches." in text(carls_browser.get(address, {"q": "coffee"}))
    said = text(carls_browser.get(address))
    assert "There are no" not in said
    assert "Nothing matches." not in said


@pytest.mark.parametrize("make", MAKERS)
def test_one_row_has_neither_a_checkbox_nor_actions_for_several(carls_browser, make):
    address = reverse(f"admin:learning_{make('First')._meta.model_name}_changelist")
    page = carls_browser.get(address).content.decode()
    assert "First" in page
    assert not [mark for mark in OF_SEVERAL if mark in page]
    make("Second")
    page = carls_browser.get(address).content.decode()
    assert [mark for mark in OF_SEVERAL if mark in page] == [*OF_SEVERAL]
    page = carls_browser.get(address, {"q": "second"}).content.decode()
    assert not [mark for mark in OF_SEVERAL if mark in page]


def test_an_action_that_was_chosen_before_the_list_became_short_still_works(carls_browser):
    module = make_module("First", is_published=False)
    data = {"action": "publish", "_selected_action": [module.pk], "index": 0}
    assert carls_browser.post(reverse("admin:learning_module_changelist"), data).status_code == 302
    assert Module.objects.get().is_published
