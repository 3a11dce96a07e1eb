"""The tab Access of a person: who can log in as them, by which permission type, and who was in their account."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from tests.support.access_check import words
from tests.support.assumed import data_queries, log_in_as, sign_in
from tests.support.factories import permission_type

pytestmark = pytest.mark.django_db


def access_of(client, person):
    return client.get(reverse("user_account_access", args=[person.pk]))


def visit(actor, target, **given):
    client = Client()
    session = log_in_as(client, actor, target, **given)
    client.post(reverse("assumed_session_exit"))
    return session


def test_the_owner_reads_who_was_there_why_and_who_could_be(client, owner, sam, rita, lena):
    visit(sam, lena, text="Lena can't submit the module", ticket="HELP-1")
    sign_in(client, owner)
    response = access_of(client, lena)
    said = words(response)
    assert [(user.first_name, by) for user, by in response.context["able"]] == [
        ("Olivia", ["Owner of the platform"]), ("Rita", ["Regional support (Copenhagen)"]), ("Sam", ["Support"]),
    ]  # fmt: skip
    for part in ("Sam Okafor", "Lena can't submit the module", "HELP-1", "1 minute"):
        assert part in said, part


def test_sam_reads_of_his_own_sessions_alone(client, sam, rita, lena):
    visit(sam, lena, text="The first reason of Sam")
    visit(rita, lena, text="A reason that Rita wrote")
    sign_in(client, sam)
    response = access_of(client, lena)
    assert [each.who for each in response.context["visits"]] == ["You"]
    assert "The first reason of Sam" in words(response)
    assert "A reason that Rita wrote" not in words(response)
    assert "Auditors see all of them." in words(response)


def test_mona_who_may_log_in_as_nobody_reads_that_she_was_not_there(client, mona, sam, lena):
    visit(sam, lena)
    sign_in(client, mona)
    response = access_of(client, lena)
    assert response.context["visits"] == []
    assert "You have not logged in as Lena Sørensen." in words(response)


def test_nobody_that_one_may_not_see_is_named(client, nora, sam, rita, lena):
    sign_in(client, nora)
    response = access_of(client, lena)
    assert response.context["able"] == []
    assert "No one you can see." in words(response)


def test_the_whole_list_says_by_which_types_too(client, owner, sam, lena):
    sign_in(client, owner)
    page = client.get(reverse("who_can_log_in", args=[lena.pk])).content.decode()
    assert '<span class="badge">Support</span>' in page
    assert '<span class="badge">Owner of the platform</span>' in page


def test_the_page_is_closed_to_who_does_not_see_the_person_and_in_assumed_sessions(client, rita, sam, nora, max_, lena):
    sign_in(client, rita)
    assert access_of(client, max_).status_code == 404
    sam.groups.add(permission_type("Progress", "see_progress"))
    log_in_as(client, sam, nora)
    assert access_of(client, lena).status_code == 403


def test_a_name_that_was_erased_and_a_deleted_actor_leave_the_page_whole(client, owner, sam, lena):
    visit(sam, lena)
    User.objects.filter(pk=sam.pk).delete()
    sign_in(client, owner)
    assert [each.who for each in access_of(client, lena).context["visits"]] == ["Sam Okafor"]


def test_the_number_of_queries_does_not_grow(client, owner, sam, lena):
    def counted():
        with CaptureQueriesContext(connection) as captured:
            assert access_of(client, lena).status_code == 200
        return len(data_queries(captured))

    visit(sam, lena)
    sign_in(client, owner)
    access_of(client, lena)
    few = counted()
    visit(sam, lena)
    visit(sam, lena)
    assert (few, counted()) == (14, 14)
