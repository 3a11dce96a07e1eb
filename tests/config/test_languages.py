"""Every page in every language: it is there, says so, and leaves no word untranslated but names."""

import os
import re
import subprocess
import sys

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Department, User
from accounts.models.preferences import time_zones
from accounts.user_import import example
from config.settings import BASE_DIR
from learning.models import Document, Event, Interaction, Module
from tests.repository.test_url_walk import ENDINGS, addresses, browser_of, close_file_of, people
from tests.support.assumed import log_in_as, login_as_data
from tests.support.languages import WORD, marked, speak, unmarked

__all__ = ["people"]
pytestmark = [pytest.mark.django_db, pytest.mark.once]
EVERYBODY = ("anonymous", "learner", "support", "auditor", "creator", "owner", "act")
# What is the same in each language: names of the product, of formats and of languages.
NAMES = {"Standin", "CSV", "JSON", "English", "Dansk", "dansk", "Deutsch", "UTC"}
# Texts that Django's own pages don't translate: what an icon shows.
DJANGOS = {"True", "False"}
# Parts of dates: formats are no texts (audit/dates.py), and their names of months are Django's.
DATES = {"kl", "den", "Uhr"}


def names():
    """Return every name that the company gave, and every text that somebody typed, the longest first."""
    found = NAMES | DJANGOS | DATES | time_zones()
    for person in User.objects.all():
        found |= {person.name, person.first_name, person.email}
    for model, field in ((Department, "name"), (Group, "name"), (Interaction, "title"), (Interaction, "prompt")):
        found |= set(model.objects.values_list(field, flat=True))
    for model in (Module, Event, Document):
        found |= {
            text
            for item in model.objects.all()
            for text in (item.title, item.summary, getattr(item, "description", ""))
        }
    for event in Event.objects.all():
        found.add(event.place)
    found |= {part.strip() for text in set(found) if "*" in text for part in text.split("**")}  # Markdown
    found |= {choice.text for step in Interaction.objects.all() for choice in step.choices.all()}
    found |= {login_as_data()[given] for given in ("text", "ticket")}  # of the assumed session
    found |= {str(column.example) for column in example.COLUMNS}  # of a file of people
    return sorted(filter(None, found), key=len, reverse=True)


def pages(who, people, catalogue, language):
    """Yield the name and the answer of each page that somebody can look at in a language."""
    User.objects.update(language=language)
    for key in people:
        people[key] = User.objects.get(pk=people[key].pk)
    client = browser_of(who, people)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    for name, address, _pattern in addresses(people, catalogue):
        if name in ENDINGS:
            continue
        response = client.get(address)
        close_file_of(response)
        if response.headers.get("Content-Type", "").startswith("text/html") and getattr(response, "content", b""):
            yield name, response


@pytest.mark.parametrize("who", EVERYBODY)
def test_no_page_has_a_word_that_no_translator_can_reach(who, people, catalogue, settings, monkeypatch):
    settings.ACCOUNT_RATE_LIMITS = False
    speak(monkeypatch, marked)
    given = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names()))
    place = re.compile(r"[\w’' –-]+ · \d\d:\d\d")  # of the list of time zones
    left, count = {}, 0
    for name, response in pages(who, people, catalogue, "da"):
        count += 1
        for text in unmarked(response.content.decode()):
            if not place.fullmatch(text) and WORD.search(re.sub(r"\w+\.csv", "", given.sub("", text))):
                left.setdefault(text, name)
    assert left == {}
    assert count > (5 if who == "anonymous" else 20)


@pytest.mark.parametrize("language", ["da", "de"])
@pytest.mark.parametrize("who", ["anonymous", "support", "auditor", "owner"])
def test_every_page_is_there_in_each_language_and_says_which(who, language, people, catalogue, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    wrong, count = [], 0
    for name, response in pages(who, people, catalogue, language):
        count += 1
        page = response.content.decode()
        if response.status_code >= 500 or page.count("<html") != page.count(f'<html lang="{language}"') or "%(" in page:
            wrong.append((name, response.status_code))
        if response.headers["Content-Language"] != language:
            wrong.append((name, response.headers["Content-Language"]))
    assert wrong == []
    assert count > 5


def test_before_sign_in_the_browser_decides_among_what_is_offered(client, settings):
    page = reverse("account_login")
    for asked, spoken in {"da": "da", "de-AT, en;q=0.5": "de", "fr, da;q=0.3": "da", "fr": "en", "": "en"}.items():
        assert client.get(page, headers={"accept-language": asked}).headers["Content-Language"] == spoken
    settings.LANGUAGES = [("en", "English")]
    response = client.get(page, headers={"accept-language": "da"})
    assert response.headers["Content-Language"] == "en"
    assert 'name="language"' not in response.content.decode()


def test_the_choice_on_the_sign_in_page_is_kept_and_leads_back(client, django_assert_num_queries):
    page = f"{reverse('account_login')}?next=/events/"
    assert '<button name="language" value="da" lang="da" >Dansk</button>' in client.get(page).content.decode()
    with django_assert_num_queries(0):
        response = client.post(reverse("choose_language"), {"language": "da", "next": page})
    assert (response.status_code, response.url) == (302, page)
    cookie = response.cookies["django_language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"], cookie["path"]) == ("da", True, "Lax", "/")
    assert '<html lang="da">' in client.get(page).content.decode()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", ""])
def test_the_choice_leads_nowhere_else_and_takes_no_other_language(client, elsewhere):
    response = client.post(reverse("choose_language"), {"language": "tlh", "next": elsewhere})
    assert response.url == reverse("account_login")
    assert "django_language" not in response.cookies


def test_after_sign_in_a_persons_own_language_wins(client, lena):
    User.objects.filter(pk=lena.pk).update(language="da")
    client.force_login(User.objects.get(pk=lena.pk))
    client.cookies["django_language"] = "de"
    for address in (reverse("dashboard"), "/no/such/page/"):
        response = client.get(address, headers={"accept-language": "en"})
        assert response.headers["Content-Language"] == "da"
        assert '<html lang="da">' in response.content.decode()


@pytest.mark.parametrize("has_left", [False, True])
def test_the_page_after_sign_out_and_after_exit_speaks_as_before(client, sam, lena, has_left):
    User.objects.filter(pk=sam.pk).update(language="de")
    client.post(reverse("account_login"), {"login": sam.email, "password": "standin-demo"})
    if has_left:
        log_in_as(client, sam, lena)
    response = client.post(reverse("assumed_session_exit" if has_left else "account_logout"), follow=True)
    assert response.redirect_chain
    assert '<html lang="de">' in response.content.decode()


def test_in_an_assumed_session_pages_speak_to_the_target_and_the_bar_to_the_actor(client, sam, lena):
    User.objects.filter(pk=lena.pk).update(language="da")
    User.objects.filter(pk=sam.pk).update(language="de")
    log_in_as(client, User.objects.get(pk=sam.pk), lena)
    page = client.get(reverse("dashboard")).content.decode()
    assert '<html lang="da">' in page
    assert 'lang="de"' in page.partition('class="assumed-bar"')[2].partition(">")[0]
    for address in (reverse("account"), reverse("assumed_session")):
        response = client.get(address)
        assert response.headers["Content-Language"] == "de"
        assert '<html lang="de">' in response.content.decode()


@pytest.mark.parametrize("offered", [[("da", "Dansk")], [("en", "English"), ("da", "Dansk"), ("de", "Deutsch")]])
def test_what_is_offered_asks_for_no_migration(settings, offered):
    settings.LANGUAGES, settings.LANGUAGE_CODE = offered, offered[0][0]
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
    assert User().language == offered[0][0]
    assert list(User._meta.get_field("language").choices) == offered


@pytest.mark.parametrize(("said", "offered"), [("de,en", ["de", "en"]), ("", ["en", "da", "de"]), ("da, da", ["da"])])
def test_the_environment_says_which_languages_are_offered(said, offered):
    assert loaded(f"LANGUAGES={said}") == f"{offered[0]} {','.join(offered)}"


@pytest.mark.parametrize("wrong", ["tlh", "da,tlh", "da;de"])
def test_a_language_that_is_not_there_is_refused_at_the_start(wrong):
    assert "LANGUAGES: It names a language that isn't there." in loaded(f"LANGUAGES={wrong}")


def loaded(variable):
    """Return what a new process reads from the settings, or why it doesn't start."""
    code = (
        "import tests.settings, config.settings as s;"
        "print(s.LANGUAGE_CODE, ','.join(code for code, _name in s.LANGUAGES))"
    )
    name, _, value = variable.partition("=")
    environment = os.environ | {name: value}
    ran = subprocess.run([sys.executable, "-c", code], cwd=BASE_DIR, env=environment, capture_output=True, text=True)
    return (ran.stdout or ran.stderr.splitlines()[-1]).strip()


def test_a_mail_is_in_the_language_of_its_recipient_whatever_the_sender_speaks(client, sam, lena, mailoutbox):
    User.objects.filter(pk=lena.pk).update(language="da", time_zone="America/Nuuk")
    log_in_as(client, sam, lena)
    call_command("send_notices", verbosity=0)
    [message] = mailoutbox
    assert message.subject == "Din konto er åbnet for at hjælpe dig"
    [(html, _kind)] = message.alternatives
    assert '<html lang="da">' in html
    assert "kl.\u00a0" in message.body
