"""What of the administration is of use to a user, in the navigation and after sign-in."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.policy.admin_pages import administers, only_audits, reads_log, sees_assumed_sessions
from tests.support.assumed import sign_in
from tests.support.browser import PASSWORD
from tests.support.factories import UserFactory, permission_type

pytestmark = pytest.mark.django_db
LOG, ADMINISTRATION = "/admin/audit/auditevent/", 'href="/admin/"'


@pytest.mark.parametrize(
    ("who", "log", "more", "only"),
    [
        ("audrey", True, False, True), ("carl", False, True, False), ("owner", True, True, False),
        ("sam", False, False, False), ("lena", False, False, False),
    ],
)  # fmt: skip
def test_the_navigation_names_what_is_there_for_somebody(client, request, who, log, more, only):
    user = request.getfixturevalue(who)
    assert (reads_log(user), administers(user), only_audits(user)) == (log, more, only)
    sign_in(client, user)
    page = client.get("/").content.decode()
    assert (LOG in page, ADMINISTRATION in page) == (log, more)


def test_who_reviews_objections_finds_them_beside_the_log(client, audrey):
    assert not sees_assumed_sessions(audrey)
    audrey.groups.add(permission_type("Reviewer", "review_assumedsession"))
    audrey = type(audrey).objects.get(pk=audrey.pk)
    assert (sees_assumed_sessions(audrey), administers(audrey), only_audits(audrey)) == (True, False, True)
    sign_in(client, audrey)
    assert reverse("admin:impersonation_assumedsession_changelist") in client.get(LOG).content.decode()


def test_who_only_reviews_objections_finds_them_in_the_administration():
    somebody = UserFactory(is_staff=True)
    somebody.user_permissions.add(Permission.objects.get(codename="review_assumedsession"))
    assert (administers(somebody), reads_log(somebody)) == (True, False)


@pytest.mark.parametrize(("who", "lands"), [("audrey", LOG), ("owner", "/"), ("carl", "/"), ("lena", "/")])
def test_who_only_audits_lands_on_the_log(client, request, who, lands):
    user = request.getfixturevalue(who)
    given = {"login": user.email, "password": PASSWORD}
    assert client.post(reverse("account_login"), given).headers["Location"] == lands


def test_the_form_of_sign_in_says_where_to_go_first(client, audrey):
    given = {"login": audrey.email, "password": PASSWORD, "next": "/modules/"}
    assert client.post(reverse("account_login"), given).headers["Location"] == "/modules/"


def test_who_audits_and_helps_people_lands_where_everybody_does(client, audrey):
    audrey.groups.add(permission_type("Support", "see_people"))
    audrey = type(audrey).objects.get(pk=audrey.pk)
    assert (reads_log(audrey), only_audits(audrey)) == (True, False)
    given = {"login": audrey.email, "password": PASSWORD}
    assert client.post(reverse("account_login"), given).headers["Location"] == "/"
