"""View as a learner would: what content creators see of their drafts, and nobody else."""

import pytest
from django.urls import reverse

from learning.models import Interaction, ModuleProgress
from tests.support.assumed import log_in_as, sign_in
from tests.support.factories import permission_type
from tests.support.learning_factories import PDF, add_interaction, food_safety, make_document, make_event, make_module

from .test_admin import add, interaction, module_data, text

pytestmark = pytest.mark.django_db


def preview(item):
    return reverse("item_preview", args=[item._meta.model_name, item.pk])


@pytest.mark.parametrize("make", [make_module, make_event, make_document])
def test_carl_sees_his_draft_as_a_learner_would_and_can_do_nothing_there(carls_browser, make, copenhagen):
    item = make("A draft of mine", {"department": copenhagen}, is_published=False)
    kind = item._meta.model_name
    address = preview(item)
    edit = reverse(f"admin:learning_{kind}_change", args=[item.pk])
    page = text(carls_browser.get(edit))
    link = f'href="{address}" class="viewsitelink" target="_blank" rel="noopener">View as a learner would'
    assert link in page, "what is written and not saved stays in its tab"
    page = text(carls_browser.get(address))
    assert "A draft of mine" in page
    assert "This is how a learner sees it." in page
    assert f'href="{edit}"' in page
    main = page.split("<main")[1].split("</main>")[0]
    assert 'method="post"' not in main or kind == "module"
    assert "<button" not in main


def test_a_preview_is_of_somebody_who_has_not_begun(carls_browser, carl):
    module = food_safety()
    for each in module.interactions.filter(kind__in=["read", "acknowledge"]):
        module.keep_answers(carl, {each: True})
    main = text(carls_browser.get(preview(module)))
    assert "4 required steps open" in main
    assert "checked" not in main
    assert "0 of 5 steps answered" in main
    assert "autosave" not in main
    assert ModuleProgress.objects.count() == 1


def test_only_content_creators_and_reviewers_preview(client, lena, sam, audrey):
    item = make_module(is_published=False)
    for person in (lena, sam, audrey):
        sign_in(client, person)
        assert client.get(preview(item)).status_code == 404
    audrey.groups.add(permission_type("Reviewer", "view_module"))
    sign_in(client, type(audrey).objects.get(pk=audrey.pk))
    assert client.get(preview(item)).status_code == 200
    assert client.get(preview(make_event(is_published=False))).status_code == 404
    assert client.get("/preview/person/1/").status_code == 404


def test_a_preview_is_closed_in_an_assumed_session(client, owner, carl):
    item = make_module()
    log_in_as(client, owner, carl)
    response = client.get(preview(item))
    assert response.status_code == 403
    assert "Not available in <bdi>Carl Nygaard</bdi>'s account" in response.content.decode()


def test_carl_opens_the_file_of_his_draft_and_lena_does_not(client, carls_browser, lena):
    document = make_document(is_published=False)
    assert b"".join(carls_browser.get(document.get_absolute_url()).streaming_content) == PDF
    sign_in(client, lena)
    assert client.get(document.get_absolute_url()).status_code == 404


def test_carl_gives_a_module_a_file_to_open(carls_browser):
    from django.core.files.uploadedfile import SimpleUploadedFile

    data = module_data(tries=3, interactions=[interaction("Recipe", kind="open_file")])
    assert "Choose the file that people open." in text(add(carls_browser, "module", data))
    page = SimpleUploadedFile("recipe.pdf", b"<html><script>alert(1)</script>")
    assert "The file is not what its name says." in text(
        add(carls_browser, "module", data | {"interactions-0-file": page})
    )
    recipe = SimpleUploadedFile("recipe.pdf", PDF)
    assert add(carls_browser, "module", data | {"interactions-0-file": recipe}).status_code == 302
    made = Interaction.objects.get()
    assert (made.filename, made.module.tries) == ("recipe.pdf", 3)


def test_a_file_that_no_kind_opens_is_let_go(carls_browser):
    from django.core.files.uploadedfile import SimpleUploadedFile

    data = module_data(interactions=[interaction("Just read", kind="read")])
    data |= {"interactions-0-file": SimpleUploadedFile("recipe.pdf", PDF)}
    assert add(carls_browser, "module", data).status_code == 302
    assert not Interaction.objects.get().file


def test_no_tries_at_all_are_refused(carls_browser):
    assert "greater than or equal to 1" in text(add(carls_browser, "module", module_data(tries=0)))


def test_the_page_of_a_learner_offers_no_way_to_edit(client, lena):
    module = make_module()
    add_interaction(module, "Read")
    sign_in(client, lena)
    page = text(client.get(module.get_absolute_url()))
    assert "how a learner sees it" not in page
    assert "/admin/" not in page
