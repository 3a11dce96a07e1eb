"""The editor of a permission type as a page: the tree of departments, closed controls, and where errors belong."""

import re

import pytest
from django.urls import reverse

from accounts.models import PermissionType
from tests.support.assumed import sign_in
from tests.support.factories import DepartmentFactory, permission_type
from tests.support.permission_setup import address, asked, held_by, save
from tests.support.valid_html import html_of, what_is_wrong

pytestmark = pytest.mark.django_db
NEW = reverse("permission_type_create")
TOKENS = re.compile(r"<(/?ul|/?li)\b|<span>([^<]+)</span>")


def tree_of(response):
    """Return the departments as the page nests them: names, each followed by the list of those below it."""
    page = html_of(response)
    assert what_is_wrong(page) == []
    begin = page.index('<ul class="department-choices">')
    root, lists = None, []
    for tag, name in TOKENS.findall(page[begin:]):
        if tag == "ul":
            inner = []
            if lists:
                lists[-1].append(inner)
            else:
                root = inner
            lists.append(inner)
        elif tag == "/ul":
            lists.pop()
            if not lists:
                return root
        elif name:
            lists[-1].append(name)
    raise AssertionError("the list has no end")


def boxes(response, name):
    """Return the value of each checkbox or radio button of a name, and whether it is ticked and can be changed."""
    found = re.findall(rf'<input type="(?:checkbox|radio)"\s+name="{name}"[^>]*>', html_of(response))
    return {re.search(r'value="([^"]+)"', each)[1]: ("checked" in each, "disabled" not in each) for each in found}


def test_departments_are_nested_as_the_tree_is(client, owner, norreport, aarhus):
    DepartmentFactory(name="Night shift", parent=norreport)
    sign_in(client, owner)
    assert tree_of(client.get(NEW)) == ["Harbour Coffee", ["Copenhagen", ["Nørreport", ["Night shift"]], "Aarhus"]]


def test_an_editor_of_one_department_sees_the_tree_from_there(client, rolf, norreport, aarhus):
    sign_in(client, rolf)
    assert tree_of(client.get(NEW)) == ["Copenhagen", ["Nørreport"]]


def test_ticked_departments_stay_ticked_in_each_step(client, owner, rita, copenhagen, norreport, aarhus):
    sign_in(client, owner)
    shown = boxes(client.get(address("Regional support (Copenhagen)")), "departments")
    assert [pk for pk, (is_ticked, _open) in shown.items() if is_ticked] == [str(copenhagen.pk)]
    sent = asked("edit", "people_see", name="Two", scope="departments", departments=[norreport, aarhus])
    shown = boxes(client.post(NEW, sent), "departments")
    ticked = {pk for pk, (is_ticked, _open) in shown.items() if is_ticked}
    assert ticked == {str(norreport.pk), str(aarhus.pk)}


def test_departments_are_ignored_for_the_whole_company(client, owner, copenhagen):
    """A browser may still send the ones that its page hides."""
    sign_in(client, owner)
    save(client, NEW, "people_see", "audit_read", name="Readers", scope="company", departments=[copenhagen])
    assert held_by("Readers") == ["see_people", "view_auditevent"]


def test_who_may_not_change_a_type_reads_it_with_every_control_closed(client, petra):
    sign_in(client, petra)
    for response in (client.get(address("People lead")), client.post(address("People lead"), asked("preview"))):
        page = html_of(response)
        assert "You hold this permission type yourself: somebody else has to change it." in page
        form = page.partition("permission-form")[2].partition("</form>")[0]
        shown = [each for each in re.findall(r"<input\b[^>]*>", form) if 'type="hidden"' not in each]
        assert len(shown) > 20
        assert [each for each in shown if "disabled" not in each] == []
        assert "See what changes" not in page


def test_a_choice_that_is_refused_can_be_changed(client, petra):
    """What the actor doesn't hold is closed as before, and what they hold is open and still ticked."""
    sign_in(client, petra)
    response = client.post(NEW, asked("preview", "people_see", "people_export", name="Mine"))
    assert response.status_code == 403
    shown = boxes(response, "rights")
    assert shown["people_see"] == (True, True)
    assert shown["people_edit"] == (False, True)
    assert shown["people_export"] == (True, False)
    assert "See what changes" in html_of(response)


def test_an_error_of_a_group_describes_the_group_and_no_choice(client, owner, copenhagen):
    sign_in(client, owner)
    page = html_of(client.post(NEW, asked("preview", "audit_read", name="Local", scope="departments")))
    assert what_is_wrong(page) == []
    assert re.search(r'<fieldset class="field for-departments" aria-describedby="departments_error">', page)
    local = asked("preview", "audit_read", name="Local", scope="departments", departments=[copenhagen])
    page = html_of(client.post(NEW, local))
    assert what_is_wrong(page) == []
    assert 'role="group" aria-labelledby="matrix-title" aria-describedby="rights_error"' in page
    assert "aria-invalid" not in page


def test_only_rights_that_know_no_departments_say_so(client, owner):
    sign_in(client, owner)
    page = html_of(client.get(NEW))
    said = re.findall(r"<span>([^<]+) <small class=\"company-only\">whole company only</small></span>", page)
    assert "Read the audit log" in said
    assert "See people" not in said


def test_deletion_is_offered_at_the_end_of_the_page_if_nobody_holds_the_type(client, owner, sam, copenhagen):
    permission_type("Spare", "see_people", departments=[copenhagen])
    sign_in(client, owner)
    link = f'href="{address("Spare", "permission_type_delete")}"'
    assert link in html_of(client.get(address("Spare")))
    held = html_of(client.get(address("Support")))
    assert address("Support", "permission_type_delete") not in held
    assert "It can be deleted once nobody holds it." in held
    holders = f"{reverse('user_list')}?type={PermissionType.objects.get(name='Support').pk}"
    assert f'href="{holders}"' in held
    assert "permission-delete" not in html_of(client.get(NEW))


def test_nobody_is_offered_to_delete_what_they_may_not_change(client, petra, copenhagen):
    permission_type("Auditor", "see_people", "view_auditevent")
    sign_in(client, petra)
    page = html_of(client.get(address("Auditor")))
    assert "permission-delete" not in page
    assert address("Auditor", "permission_type_delete") not in page
