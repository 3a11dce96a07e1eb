"""Requests of the autosave come late, twice or never: no page conflicts with itself or replaces the unseen."""

import random

import pytest
from django.urls import reverse

from learning.models import Answer, ModuleProgress
from tests.support.assumed import sign_in
from tests.support.learning_factories import food_safety, kept, shown, untouched

pytestmark = pytest.mark.django_db
SCRIPT = {"Accept": "application/json"}
WORDS = "In your own words"


@pytest.fixture
def module():
    return food_safety()


@pytest.fixture
def lenas_browser(client, lena):
    sign_in(client, lena)
    return client


def field(module, title):
    return f"answer-{module.interactions.get(title=title).pk}"


class Tab:
    """A page with the autosave's script: what its field holds, what it was made from, and what is under way."""

    def __init__(self, client, module, name):
        self.client, self.address, self.name = client, reverse("module_save", args=[module.pk]), name
        self.field, self.number, self.typed = field(module, WORDS), 0, ""
        [self.shown] = [each for each in shown(client, module)["shown"] if each.startswith(self.field.split("-")[1])]

    def request(self):
        """Return what the script sends now; until it hears the answer, it doesn't know what is stored."""
        self.number += 1
        return {"shown": self.shown, self.field: self.typed, "page": self.name, "number": str(self.number)}

    def deliver(self, request):
        return self.client.post(self.address, request, headers=SCRIPT)

    def hear(self, response):
        said = response.json()
        for pk, made_from in said["kept"].items():
            self.shown = f"{pk}:{made_from}"
        return said


def test_a_page_that_saves_ten_times_in_a_row_never_conflicts_with_itself(lenas_browser, lena, module):
    tab = Tab(lenas_browser, module, "ab" * 16)
    for number in range(10):
        tab.typed = f"Version {number}"
        assert tab.hear(tab.deliver(tab.request()))["saved"]
    assert kept(lena) == {WORDS: "Version 9"}


def test_what_was_typed_and_taken_back_does_not_return_with_a_late_request(lenas_browser, lena, module):
    tab = Tab(lenas_browser, module, "ab" * 16)
    tab.typed = "Typed"
    late = tab.request()
    tab.typed = ""
    tab.hear(tab.deliver(tab.request()))
    assert tab.deliver(late).status_code == 200
    assert kept(lena) == {}


@pytest.mark.parametrize("seed", range(20))
def test_requests_that_come_late_twice_or_never_leave_what_the_page_says(lenas_browser, lena, module, seed):
    """One tab, a bad connection: whatever happens to its requests, its last one decides, and none is a conflict."""
    chance = random.Random(seed)
    tab, under_way = Tab(lenas_browser, module, "cd" * 16), []
    for _step in range(25):
        what = chance.choice(["type", "send", "send and hear", "late", "twice"])
        if what == "type":
            tab.typed = chance.choice(["", "One", "Two", "Three"])
        elif what == "send":
            under_way.append(tab.request())
        elif what == "send and hear":
            request = tab.request()
            under_way += [request] if chance.random() < 0.3 else []
            assert tab.hear(tab.deliver(request))["conflicts"] == []
        elif under_way:
            request = chance.choice(under_way)
            if what == "late":
                under_way.remove(request)
            assert tab.deliver(request).json()["conflicts"] == []
    tab.hear(tab.deliver(tab.request()))
    for request in chance.sample(under_way, len(under_way)):
        tab.deliver(request)
    assert kept(lena) == ({WORDS: tab.typed} if tab.typed else {})


@pytest.mark.parametrize("seed", range(20))
def test_no_tab_replaces_an_answer_that_it_has_not_seen(lenas_browser, lena, module, seed):
    """Three tabs that hear every answer: who replaces something knew it; what is in conflict changes nothing."""
    chance = random.Random(1000 + seed)
    tabs = [Tab(lenas_browser, module, f"{number}f" * 16) for number in range(3)]
    seen, stored, conflicts = dict.fromkeys(tabs, ""), "", 0
    for step in range(30):
        tab = chance.choice(tabs)
        tab.typed = f"{tab.name[0]} at {step}"
        if tab.hear(tab.deliver(tab.request()))["conflicts"]:
            conflicts += 1
            assert seen[tab] != stored
            tabs[tabs.index(tab)] = fresh = Tab(lenas_browser, module, f"{step:02}" * 16)
            seen[fresh] = stored
        else:
            assert seen[tab] == stored
            stored = seen[tab] = tab.typed
        assert kept(lena).get(WORDS, "") == stored
    assert conflicts


def test_a_page_is_named_as_our_script_does_or_not_at_all(lenas_browser, lena, module):
    for page, number in (("<b>", "1"), ("ab" * 17, "1"), ("ab", "x"), ("ab", "9" * 40), ("", "")):
        tab = untouched(lenas_browser, module) | {field(module, WORDS): f"Words {page}{number}"[:50]}
        lenas_browser.post(
            reverse("module_save", args=[module.pk]), tab | {"page": page, "number": number}, headers=SCRIPT
        )
    assert set(Answer.objects.values_list("page", flat=True)) == {""}
    assert ModuleProgress.objects.get().pages == {}


def test_of_many_pages_the_last_eight_are_remembered(lenas_browser, lena, module):
    for number in range(10):
        tab = Tab(lenas_browser, module, f"{number:02}")
        tab.typed = str(number)
        tab.deliver(tab.request())
    assert list(ModuleProgress.objects.get().pages) == [f"{number:02}" for number in range(2, 10)]
