"""The preview beside the form of an item; tests/browser/test_authoring_preview.py has what a browser shows."""

import pytest
from django.urls import reverse

from tests.learning.test_admin import text
from tests.support.assumed import sign_in
from tests.support.factories import permission_type
from tests.support.learning_factories import make_document, make_event, make_module

pytestmark = pytest.mark.django_db
MAKERS = [make_module, make_event, make_document]


@pytest.mark.parametrize("make", MAKERS)
def test_an_item_that_is_stored_has_a_preview_beside_its_form_which_shows_only_with_a_script(client, carl, make):
    sign_in(client, carl)
    item = make()
    kind = item._meta.model_name
    page = text(client.get(reverse(f"admin:learning_{kind}_change", args=[item.pk])))
    aside = page.split('<aside class="learner-view', 1)[1].split("</aside>")[0]
    assert f'data-address="{reverse("item_preview", args=[kind, item.pk])}"' in aside
    assert "hidden>" in aside
    assert '<iframe sandbox="allow-same-origin"' in aside, "no script runs in it"
    page = text(client.get(reverse(f"admin:learning_{kind}_add")))
    assert "learner-view" not in page
    assert "authoring_preview" not in page


def test_a_reviewer_who_only_reads_has_it_too(client, audrey):
    audrey.groups.add(permission_type("Reviewer", "view_module"))
    sign_in(client, type(audrey).objects.get(pk=audrey.pk))
    assert "learner-view" in text(client.get(reverse("admin:learning_module_change", args=[make_module().pk])))


def test_no_page_of_the_platform_can_stand_in_a_frame(client, carl):
    sign_in(client, carl)
    response = client.get(reverse("item_preview", args=["module", make_module().pk]))
    assert response["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
