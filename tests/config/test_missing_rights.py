"""Refused pages of the administration name the right that is missing, as Permission setup calls it."""

from html import unescape

import pytest

from config.missing_rights import missing_right
from tests.support.assumed import log_in_as, sign_in

pytestmark = pytest.mark.django_db
LIST, SESSIONS = "/admin/audit/auditevent/", "/admin/impersonation/assumedsession/"


@pytest.mark.parametrize(
    ("who", "address", "named"),
    [
        ("carl", LIST, "Read the audit log"),
        ("carl", f"{LIST}summary/", "Read the audit log"),
        ("audrey", SESSIONS, "See live sessions"),
        ("audrey", "/admin/learning/module/", "See learning content"),
        ("audrey", "/admin/learning/module/add/", "Edit learning content"),
    ],
)
def test_a_refused_page_names_the_missing_right(client, request, who, address, named):
    sign_in(client, request.getfixturevalue(who))
    response = client.get(address)
    assert response.status_code == 403
    assert f"Ask the owner of the platform for “{named}”." in response.content.decode()


def test_what_nobody_may_do_names_no_right(client, owner, sam, lena):
    log_in_as(client, sam, lena)
    sign_in(client, owner)
    response = client.post(f"{LIST}1/delete/", {"post": "yes"})
    assert response.status_code == 403
    page = response.content.decode()
    assert "You don't have access to this page, and nothing was changed." in unescape(page)
    assert "Ask the owner" not in page


def test_who_holds_the_right_is_told_of_none(audrey):
    assert missing_right("admin:audit_auditevent_export", audrey, reads=False) == ""
    assert missing_right("admin:audit_auditevent_change", audrey, reads=True) == ""
    assert missing_right("admin:index", audrey, reads=True) == ""
