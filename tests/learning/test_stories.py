"""Support stories, asked as the shipped Support type: the first sentence of the answer is the true cause."""

import re
from html import unescape

import pytest
from django.urls import reverse

from accounts.models import PermissionType, User
from accounts.permission_setup.shipped import ship
from tests.support import stories
from tests.support.access_check import FROM_OUR_PAGE, item_name
from tests.support.assumed import log_in_as, sign_in

pytestmark = pytest.mark.django_db

# What the first sentence of each answer says.
CAUSES = {
    stories.personal_exclusion: r"Stine Story is among the people who are excluded from it\.",
    stories.not_in_the_group: r"Its audience is Aarhus; Stine Story belongs to Copenhagen / Nørreport",
    stories.expired_content: r"Its publication ended on|Until .*: its publication ended",
    stories.opens_later: r"It is published from",
    stories.chain: r"First, Stine Story has to submit “A first”\. 2 required steps are open: Step 1, Step 2\.",
    stories.prerequisite_that_opens_later: r"It builds on “Opens on Monday”, which is published from .*: nobody can",
    stories.draft: r"It has been a draft since",
    stories.two_steps_open: r"Stine Story can't submit it yet: 2 required steps are open: Step 1, Step 2\.",
    stories.failed: r"Stine Story submitted it on .* with 0 of 1 question right, and all 2 tries are used",
    stories.full: r"The one place is taken\.",
    stories.takes_part_already: r"The person takes part\.",
    stories.registration_closed: r"Registration closed on",
    stories.registration_opens_later: r"Registration opens on",
    stories.event_is_over: r"It was over on|Until .*: it was over",
    stories.certificate_expired: r"Stine Story submitted it on .* That expired on .*, so it has to be done again\.",
    stories.done_long_ago_without_validity: r"Stine Story submitted it on",
    stories.second_account: r"There is another account of this name, tove\.holm@.* There the module was submitted on",
    stories.deactivated: r"This account was deactivated|.*deactivated",
    stories.never_activated: r".*no password was ever set",
    stories.withdrawn_yesterday: r"Until yesterday, .*, Stine Story saw it: somebody made it a draft again\.",
    stories.moved_by_an_import: r"Until .*, Maja Moved saw it: Maja Moved moved from Copenhagen to Aarhus \(the import",
    stories.looks_among_open_ones: r"Stine Story submitted it on",
}


@pytest.fixture
def company(company, copenhagen, norreport, aarhus, carl, sam):
    PermissionType.objects.filter(name="Support").delete()  # the one of the fixtures has fewer rights
    ship()
    sam.groups.set([PermissionType.objects.get(name="Support")])
    return stories.Company(copenhagen, norreport, aarhus, carl, User.objects.get(pk=sam.pk))


def first_sentence(page):
    """Return the first sentence of an answer: what stands above the questions, else the first line of the item."""
    html = page.content.decode()
    first = re.findall(r'<div class="notice"[^>]*>\s*<p>(.*?)</p>|<p class="lead">(.*?)</p>', html, re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", "".join(first[0])))).strip()


def told(company, build):
    built = build(company)
    item, person = built if isinstance(built, tuple) else (built, company.stine)
    return item, User.objects.get(pk=person.pk)


@pytest.mark.parametrize("build", CAUSES, ids=lambda build: build.__name__)
def test_the_true_cause_is_the_first_sentence_from_the_menu(client, company, build):
    item, person = told(company, build)
    sign_in(client, company.sam)
    address = reverse("user_access", args=[person.pk])
    page = client.get(address, {"item": item_name(item)}, headers=FROM_OUR_PAGE, follow=True)
    assert re.match(CAUSES[build], first_sentence(page)), first_sentence(page)


# Nobody can log in as a deactivated user.
@pytest.mark.parametrize(
    "build", [build for build in CAUSES if build is not stories.deactivated], ids=lambda build: build.__name__
)
def test_the_true_cause_is_the_first_sentence_inside_the_session(client, company, build):
    item, person = told(company, build)
    log_in_as(client, company.sam, person)
    page = client.get(reverse("assumed_session_access"), {"item": item_name(item)}, headers=FROM_OUR_PAGE, follow=True)
    assert re.match(CAUSES[build], first_sentence(page)), first_sentence(page)


def test_where_a_done_module_stands_is_said(client, company):
    item, person = told(company, stories.looks_among_open_ones)
    sign_in(client, company.sam)
    address = reverse("user_access", args=[person.pk])
    page = client.get(address, {"item": item_name(item)}, headers=FROM_OUR_PAGE, follow=True)
    assert "It is under Modules, on page 1, marked “Done”." in unescape(page.content.decode())


@pytest.mark.parametrize(("fields", "cause"), [({"is_published": False}, "a draft"), ({}, "not in the audience")])
def test_a_prerequisite_that_nobody_can_do_is_named_and_not_waited_for(client, company, fields, cause):
    audience = [] if fields else [{"department": company.aarhus}]
    needed, module = company.module("Needed", *audience, **fields), company.module("After it")
    module.prerequisites.add(needed)
    sign_in(client, company.sam)
    address = reverse("user_access", args=[company.stine.pk])
    page = client.get(address, {"item": item_name(module)}, headers=FROM_OUR_PAGE, follow=True)
    said = f"It builds on “Needed”, too, but nobody has to wait for that: {cause}."
    assert said in unescape(page.content.decode())
