"""The department tree and the page of a department: who sees what, and at which cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Department, JobProfile, User
from tests.support.assumed import data_queries, sign_in
from tests.support.factories import DepartmentFactory, UserFactory, permission_type
from tests.support.learning_factories import make_document, make_event, make_module
from tests.support.organisation import PROFILES, TREE, editor, page_of

pytestmark = pytest.mark.django_db


def text(response):
    return " ".join(response.content.decode().split())


def test_dora_sees_the_whole_tree_with_its_people(client, company, norreport, aarhus, lena, max_):
    sign_in(client, editor(company))
    page = text(client.get(TREE))
    assert "4 departments." in page
    assert page.index("Harbour Coffee</a>") < page.index("Aarhus</a>") < page.index("Copenhagen</a>")
    assert "1 person · 3 with those below" in page
    assert page.count("<details") == page.count("</details>") == 2
    assert page.count("<ul") == page.count("</ul>")
    assert page.count("<li>") == page.count("</li>")


def test_a_scoped_right_shows_its_branch_alone(client, copenhagen, norreport, aarhus, company):
    sign_in(client, editor(norreport, places=[copenhagen]))
    page = text(client.get(TREE))
    assert "2 departments." in page
    assert "Aarhus" not in page
    assert client.get(page_of("department_detail", norreport)).status_code == 200
    for outside in (company, aarhus):
        assert client.get(page_of("department_detail", outside)).status_code == 404


@pytest.mark.parametrize("who", ["sam", "lena", "hanne", "mona"])
def test_without_the_rights_the_pages_are_not_there(client, request, who, company):
    sign_in(client, request.getfixturevalue(who))
    for address in (TREE, PROFILES, page_of("department_detail", company)):
        assert client.get(address).status_code == 404
    assert "Organisation</a>" not in text(client.get("/"))


def test_the_navigation_leads_there(client, company):
    sign_in(client, editor(company))
    assert f'<a href="{TREE}">Organisation</a>' in text(client.get("/"))


def test_an_empty_company_is_told_how_to_begin(client):
    sign_in(client, User.objects.create_superuser("first@harbour.example", "standin-demo", first_name="Olivia"))
    assert "There is no department yet." in text(client.get(TREE))


def test_a_search_finds_departments_with_their_place(client, company, norreport):
    sign_in(client, editor(company))
    page = text(client.get(TREE, {"q": "nørre"}))
    assert "in Harbour Coffee / Copenhagen" in page
    assert "No department has “bergen” in its name." in text(client.get(TREE, {"q": "bergen"}))


def test_a_department_names_all_that_points_to_it(client, company, copenhagen, norreport, lena, rita):
    dora = editor(company)
    make_module("Till", {"department": copenhagen})
    make_event("Night", {"department": copenhagen}, is_published=False)
    make_document("Chart", {"department": norreport})
    sign_in(client, dora)
    page = text(client.get(page_of("department_detail", copenhagen)))
    assert "1 person · 2 with those below" in page
    assert "2 items that you may not see" in page
    assert 'a permission type that you may not see <span class="muted">· 8 rights</span>' in page


def test_an_owner_reads_titles_and_gets_links(client, owner, copenhagen, rita):
    module = make_module("Till", {"department": copenhagen})
    make_event("Night", {"department": copenhagen}, is_published=False)
    sign_in(client, owner)
    page = text(client.get(page_of("department_detail", copenhagen)))
    assert f'<a href="/admin/learning/module/{module.pk}/change/">Till</a>' in page
    assert "Night" in page
    assert "draft" in page
    assert "Regional support (Copenhagen)" in page


def queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(data_queries(captured))


def test_the_cost_does_not_grow_with_the_tree(client, company, copenhagen, lena, rita):
    sign_in(client, editor(company))
    client.get(TREE)
    assert queries(client, TREE) == 4
    assert queries(client, page_of("department_detail", copenhagen)) == 13
    for _number in range(30):
        place = DepartmentFactory(parent=copenhagen)
        UserFactory(department=DepartmentFactory(parent=place))
        make_module("Till", {"department": copenhagen})
        permission_type(place.name, "see_people", departments=[copenhagen])
    assert queries(client, TREE) == 4
    assert queries(client, page_of("department_detail", copenhagen)) == 13


def test_a_large_tree_begins_with_two_levels_open(client, company, copenhagen):
    for _number in range(60):
        DepartmentFactory(parent=DepartmentFactory(parent=copenhagen))
    sign_in(client, editor(company))
    page = text(client.get(TREE))
    assert page.count("<details open") == 2
    assert page.count("<details") == 62


def test_job_profiles_are_listed_with_their_numbers(client, company, lena):
    barista = JobProfile.objects.create(name="Barista")
    User.objects.filter(pk=lena.pk).update(job_profile=barista)
    make_module("Till", {"job_profile": barista})
    make_event("Night", {"job_profile": barista})
    sign_in(client, editor(company, "manage_job_profiles"))
    assert client.get(TREE).url == PROFILES
    page = text(client.get(PROFILES))
    assert 'data-label="People">1</td>' in page
    assert 'data-label="Learning for it">2</td>' in page
    assert Department.objects.exists()
    assert "1 person" in text(client.get(page_of("job_profile_detail", barista)))


def test_a_person_s_departments_lead_to_their_pages_for_editors_alone(client, sam, lena, copenhagen, norreport):
    link = f'href="{page_of("department_detail", norreport)}"'
    sign_in(client, sam)
    assert link not in text(client.get(lena.get_absolute_url()))
    sam.groups.add(permission_type("Local organisation", "manage_departments", departments=[norreport]))
    page = text(client.get(lena.get_absolute_url()))
    assert link in page
    assert page_of("department_detail", copenhagen) not in page
