"""Pages of User Management: every page reached once, in every order, there and back, and told by who stands on it."""

from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.users import pagination
from accounts.users.pagination import SORTS
from tests.support.assumed import data_queries, sign_in
from tests.support.factories import DepartmentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowd(copenhagen, norreport, aarhus):
    """Twenty-three people alike in name, department, status or last sign-in, so that only the id parts many of them."""
    yard = DepartmentFactory(name="Nørreport", parent=aarhus)
    places = [None, norreport, aarhus, yard, norreport]
    now = timezone.now()
    return User.objects.bulk_create(
        User(
            email=f"p{number * 7 % 23:02}@harbour.example",
            first_name="Anna" if number % 3 else "Bo",
            last_name="Holm" if number % 4 else "",
            department=places[number % 5],
            is_active=number % 6 != 0,
            last_login=None if number % 2 else now - timezone.timedelta(days=number // 4),
            password="!",
        )
        for number in range(23)
    )


@pytest.fixture
def pages_of_five(monkeypatch):
    monkeypatch.setattr(pagination, "PER_PAGE", 5)


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


def page(client, query):
    response = client.get(reverse("user_list") + query)
    assert response.status_code == 200
    return response


def ids(response):
    return [person.pk for person in response.context["page"]]


def key(sort, person):
    """How a person stands in a sorting, said once more and naively."""
    name = (person.first_name, person.last_name)
    department = person.department
    return {
        "name": (name, person.pk),
        "email": (person.email,),
        "department": (department is None, department and (department.name, department.path), name, person.pk),
        "status": (not person.is_active, name, person.pk),
        "last_sign_in": (
            person.last_login is None,
            -person.last_login.timestamp() if person.last_login else 0,
            -person.pk,
        ),
    }[sort]


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{sort}" for sort in SORTS)])
def test_every_page_in_every_order_there_and_back(sams_browser, crowd, pages_of_five, sort):
    everybody = sorted(User.objects.select_related("department"), key=lambda person: key(sort.lstrip("-"), person))
    expected = [person.pk for person in everybody][:: -1 if sort.startswith("-") else 1]
    expected = [expected[start : start + 5] for start in range(0, len(expected), 5)]
    there, back, shown = [], [], page(sams_browser, f"?sort={sort}")
    assert not shown.context["page"].has_previous
    while len(there) < len(expected):
        there.append(ids(shown))
        if not shown.context["page"].has_next:
            break
        shown = page(sams_browser, shown.context["next_address"])
    while len(back) < len(expected):
        back.insert(0, ids(shown))
        if not shown.context["page"].has_previous:
            break
        shown = page(sams_browser, shown.context["previous_address"])
    assert there == expected
    assert back == expected


@pytest.mark.parametrize("place", ["after", "before"])
def test_the_place_of_somebody_unseen_is_nobodys(client, rita, lena, max_, place):
    sign_in(client, rita)
    first = ids(page(client, ""))
    assert first == [lena.pk, rita.pk]
    assert ids(page(client, f"?{place}={max_.pk}")) == first
    assert ids(page(client, f"?after={lena.pk}")) == [rita.pk]


def test_the_page_after_somebody_who_left_the_list_goes_on_there(sams_browser, crowd, pages_of_five):
    first = page(sams_browser, "?status=active")
    last = first.context["page"].users[-1]
    following = ids(page(sams_browser, first.context["next_address"]))
    User.objects.filter(pk=last.pk).update(is_active=False)
    assert ids(page(sams_browser, first.context["next_address"])) == following


def test_pages_keep_what_was_asked_in_the_address(sams_browser, crowd, aarhus, pages_of_five):
    shown = page(sams_browser, f"?q=holm&department={aarhus.pk}&sort=email")
    assert shown.context["next_address"] == f"?q=holm&department={aarhus.pk}&sort=email&after={ids(shown)[-1]}"
    assert f'href="{shown.context["next_address"].replace("&", "&amp;")}"' in shown.content.decode()
    following = page(sams_browser, shown.context["next_address"])
    assert {person.last_name for person in following.context["page"]} == {"Holm"}
    assert following.context["first_address"] == f"?q=holm&department={aarhus.pk}&sort=email"


def test_more_people_than_anybody_leafs_through_are_not_counted(sams_browser, crowd, pages_of_five, monkeypatch):
    monkeypatch.setattr(pagination, "COUNTED_AT_MOST", 23)
    assert "More than 23 people found" in page(sams_browser, "").content.decode()
    assert "23 people" in page(sams_browser, "?q=p").content.decode()
    assert len(ids(page(sams_browser, "?q=p"))) == 5


@pytest.mark.parametrize(
    ("query", "queries"),
    [
        # The browser session; who looks; two filters' choices; the job profiles that a word may name; how many; who is
        # on the page; they; their types; saved views.
        ("?q=anna", 10),
        # Words of two letters name no job profile.
        ("?q=an&status=active&department={department}&type={type}&sort=email", 9),
        # The place of the user after which the page begins, and how many precede it; and, without a filter, whose
        # accounts were opened last, and the actions for many people that are not finished.
        ("?after={person}", 13),
        # The last of those with a department, and the first without.
        ("?sort=department&after={last}", 14),
        ("?before=last", 11),
    ],
)
def test_what_is_asked_costs_the_same_number_of_queries(
    sams_browser, sam, crowd, pages_of_five, copenhagen, query, queries
):
    in_order = User.objects.exclude(department=None).order_by("department__name", "department__path", "first_name")
    named = {
        "department": copenhagen.pk,
        "type": sam.groups.get().pk,
        "person": crowd[0].pk,
        "last": in_order.last().pk,
    }
    sam.groups.get().user_set.add(*crowd)
    with CaptureQueriesContext(connection) as captured:
        shown = page(sams_browser, query.format(**named))
    assert len(ids(shown)) >= 3
    assert len(data_queries(captured)) == queries, "\n".join(data_queries(captured))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ø", ["Sam Okafor", "Siobhan O'Brien", "Søren Bæk", "Zoë Ørsted"]),
        ("Ø", ["Sam Okafor", "Siobhan O'Brien", "Søren Bæk", "Zoë Ørsted"]),
        ("sø", ["Søren Bæk"]),
        ("oersted", ["Zoë Ørsted"]),
        ("xu", ["Li Xu", "René Xu-Li"]),
        ("iX", []),
        ("i x", ["Li Xu", "René Xu-Li"]),
        ("né", ["René Xu-Li"]),
        ("rene", ["René Xu-Li"]),
        ("u-", ["René Xu-Li"]),
        ("%", []),
        ("l_", []),
        ("'", ["Siobhan O'Brien"]),
        ("o'b", ["Siobhan O'Brien"]),
        ("ZOË ørsted", ["Zoë Ørsted"]),
        ("harbour", ["Sam Okafor"]),  # Sam's department is called so; no domain is searched
        ("li@h", ["Li Xu"]),
        ("@h xu", ["Li Xu", "René Xu-Li"]),
    ],
)
def test_short_words_and_other_alphabets_are_found(sams_browser, company, text, found):
    for name in ("Søren Bæk", "Zoë Ørsted", "Li Xu", "René Xu-Li", "Siobhan O'Brien"):
        first_name, last_name = name.split(" ")
        mailbox = {"Søren": "s", "Zoë": "z", "Li": "li", "René": "r", "Siobhan": "sb"}[first_name]
        User.objects.create(
            email=f"{mailbox}@harbour.example", first_name=first_name, last_name=last_name, password="!"
        )
    response = page(sams_browser, "?" + urlencode({"q": text, "sort": "email"}))
    assert sorted(person.name for person in response.context["page"]) == sorted(found)


def test_rita_is_offered_the_types_that_somebody_of_hers_holds(client, rita, lena, max_):
    for name, person in (("House rules", lena), ("Yard rules", max_)):
        person.groups.add(Group.objects.create(name=name))
    sign_in(client, rita)
    offered = page(client, "").context["form"].fields["type"].rows.values()
    assert [choice.name for choice in offered] == ["House rules", "Regional support (Copenhagen)"]
    assert ids(page(client, f"?type={max_.groups.get().pk}")) == [lena.pk, rita.pk]
    assert ids(page(client, f"?type={lena.groups.get().pk}")) == [lena.pk]


@pytest.mark.postgresql
def test_the_search_has_its_indexes(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'accounts_user' AND indexname ~ 'search'")
        assert {name for (name,) in cursor} == {"user_search_letters", "user_search_words"}
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'accounts_user' AND indexname ~ 'folded'")
        assert {name for (name,) in cursor} == {"user_folded_letters", "user_folded_words", "user_unfolded"}
        cursor.execute("SET LOCAL enable_seqscan = off")
    for text, index in (("xu", "user_folded_letters"), ("xenia", "user_folded_words"), ("x1@h", "user_search_words")):
        assert index in User.objects.matching(text).order_by().explain()
