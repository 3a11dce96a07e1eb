"""Audit events as sentences: one for every kind, with names that stay text, and titles that the reader may know."""

import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from audit import log
from audit.context import Person
from audit.groups import GROUP_OF, Group
from audit.kinds import Kind
from audit.models import AuditErasure, AuditEvent, AuditText
from audit.own_sentences import OWN
from audit.sentences import CHANGES, RULES, SENTENCES, about, sentence
from impersonation.ledger.kinds import KINDS
from learning.access_check.access import titles_in_log
from tests.support.assumed import log_in_as, sign_in
from tests.support.learning_factories import make_event, make_module

SAM, LENA = Person(7, "Sam Okafor", "sam@harbour.example"), Person(8, "Lena Sørensen", "lena@harbour.example")
LIST = "/admin/audit/auditevent/"


def plain(html):
    return unescape(re.sub(r"<[^>]+>", "", html))


def told(kind, titles=None, *, actor=SAM, target=LENA, **said):
    with log.recording():
        log.record(kind, actor=actor, target=target, **said)
    return plain(sentence(AuditEvent.objects.latest("seq"), titles))


def test_every_kind_has_a_sentence_and_a_group():
    assert set(SENTENCES) == set(Kind) == set(KINDS)
    assert {kind for group in Group for kind in group.kinds} == set(Kind)
    assert set(GROUP_OF.values()) == set(Group)
    for text in (*SENTENCES.values(), *OWN.values(), *RULES.values()):
        assert set(re.findall(r"%\((\w+)\)s", str(text))) <= {"actor", "target", "about"}
        assert "%" not in re.sub(r"%\(\w+\)s", "", str(text))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "said", "expected"),
    [
        ("user.created", {}, "Sam Okafor created an account for Lena Sørensen"),
        ("user.exported", {"people": 1_200}, "Sam Okafor exported people: 1,200 people"),
        ("user.exported", {}, "Sam Okafor exported people: (not recorded)"),
        ("user.imported", {"file": "hr.csv"}, "Sam Okafor imported people: hr.csv"),
        ("department.created", {"name_after": "Aarhus"}, "Sam Okafor created the department Aarhus"),
        (
            "department.renamed", {"name_before": "Bar", "name_after": "Café"},
            "Sam Okafor renamed a department: Bar → Café",
        ),
        ("registration.given", {"event": "Latte art"}, "Sam Okafor gave Lena Sørensen a place at Latte art"),
        ("access.checked", {}, "Sam Okafor asked what Lena Sørensen can see"),
        ("access.checked", {"search": "oven"}, "Sam Okafor searched for oven in what Lena Sørensen can see"),
        (
            "assumed_session.refused", {"refusal": "out_of_scope"},
            "Sam Okafor was not allowed to log in as Lena Sørensen: Out of scope",
        ),
        (
            "assumed_session.mode_changed", {"after": {"mode": "look_only"}},
            "Sam Okafor changed the mode in Lena Sørensen's account: Look only",
        ),
        (
            "assumed_session.looked", {"view": "page_of_tomorrow", "title": "Ovens"},
            "Sam Okafor looked at Page of tomorrow · Ovens as Lena Sørensen",
        ),
        (
            "assumed_session.changed", {"model": "accounts.user", "about": "Ann"},
            "Sam Okafor changed something for Lena Sørensen: Person · Ann",
        ),
        (
            "assumed_session.changed", {"table": "of_tomorrow"},
            "Sam Okafor changed something for Lena Sørensen: of_tomorrow",
        ),
        ("assumed_session.outcome", {"status": 302}, "The form that Sam Okafor sent for Lena Sørensen went through"),
        ("audit.verified", {"exit_code": 0, "events": 1}, "Sam Okafor verified the audit log: 1 event, clean"),
        ("audit.verified", {"exit_code": 1, "events": 9}, "Sam Okafor verified the audit log: 9 events, not clean"),
        (
            "audit.restored", {"lost_from": 7, "lost_through": 9},
            "Sam Okafor declared that a backup was restored: events #7 to #9 are lost",
        ),
        ("audit.sealed", {}, "Sam Okafor exported and removed old events: (not recorded)"),
        (
            "sign_in.failed", {"summary": "more than 10 in this minute"},
            "Sign-in failed: many times within a minute (Sam Okafor)",
        ),
        ("kind.of_tomorrow", {}, "kind.of_tomorrow (Sam Okafor)"),
    ],
)  # fmt: skip
def test_an_event_is_one_sentence(kind, said, expected):
    assert told(kind, detail=said) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ("exit", "Sam Okafor left Lena Sørensen's account (Exit)"),
        ("ended_by_person", "Lena Sørensen ended Sam Okafor's session in their account"),
        ("time_limit", "Sam Okafor's session in Lena Sørensen's account ended (Time limit)"),
        ("of a newer version", "Sam Okafor's session in Lena Sørensen's account ended (of a newer version)"),
    ],
)
def test_an_end_names_who_ended_the_session(cause, expected):
    assert told(Kind.ASSUMED_SESSION_ENDED, detail={"cause": cause}) == expected


@pytest.mark.django_db
def test_refused_checks_and_forms_are_said_to_be_refused():
    assert told("access.checked", outcome="refused") == "Sam Okafor was not allowed to check what Lena Sørensen can see"
    form = "The form that Sam Okafor sent for Lena Sørensen"
    assert told("assumed_session.outcome", outcome="refused") == f"{form} was refused, and changed nothing"
    assert told("assumed_session.outcome", outcome="failed") == f"{form} failed, and changed nothing"


@pytest.mark.django_db
def test_who_did_it_is_somebody_the_platform_or_a_name_alone():
    assert told("user.password_link_sent", actor=None) == (
        "Somebody who was not signed in had a link to a new password sent to Lena Sørensen"
    )
    assert told("user.imported", actor=None, detail={"file": "hr.csv"}) == "The platform imported people: hr.csv"
    assert told("user.password_changed", actor=LENA) == "Lena Sørensen changed their password"
    assert told("user.changed", actor=LENA) == "Lena Sørensen changed their own account"
    assert told("user.imported", actor=Person(None, "Olga, by the shell", "")).startswith("Olga, by the shell imported")


@pytest.mark.django_db
def test_what_was_erased_is_not_told():
    told("user.imported", detail={"file": "secret.csv"})
    event = AuditEvent.objects.latest("seq")
    AuditErasure.objects.create(event=event, part="detail", erased_by=event)
    AuditText.objects.filter(event=event, part="detail").delete()
    assert plain(sentence(AuditEvent.objects.get(pk=event.pk))) == "Sam Okafor imported people: (erased)"


@pytest.mark.django_db
def test_names_and_titles_stay_text():
    hostile = "<script>alert(1)</script> %(target)s %s"
    with log.recording():
        log.record("user.imported", actor=Person(1, hostile, ""), detail={"file": hostile})
    html = sentence(AuditEvent.objects.latest("seq"))
    assert "<script>" not in html
    assert plain(html) == f"{hostile} imported people: {hostile}"


@pytest.mark.django_db
def test_an_auditor_reads_titles_of_published_items_and_of_no_draft(client, audrey, carl, sam, lena):
    event, draft = make_event("Latte art night"), make_module("Plan of the takeover")
    draft.is_published = False
    draft.save()
    asked = {"published": f"event-{event.pk}", "draft": f"module-{draft.pk}", "gone": "module-999999", "odd": "nothing"}

    def sentences(reader):
        titles = titles_in_log(reader, asked.values())
        return {name: told("access.checked", titles, detail={"item": item}) for name, item in asked.items()}

    why = "Sam Okafor asked why Lena Sørensen can or can't see"
    assert sentences(audrey) == {
        "published": f"{why} Latte art night",
        "draft": f"{why} an item that you don't know of",
        "gone": f"{why} an item that no longer exists",
        "odd": f"{why} an item that you don't know of",
    }
    assert sentences(carl)["draft"] == f"{why} Plan of the takeover"
    sign_in(client, audrey)
    page = client.get(LIST).content.decode()
    assert "Latte art night" in page
    assert "Plan of the takeover" not in page


@pytest.mark.django_db
def test_changes_of_learning_are_told_in_its_words(client, sam, lena):
    event = make_event("Winter menu")
    log_in_as(client, sam, lena)
    client.post(reverse("event_register", args=[event.pk]))
    changed = AuditEvent.objects.filter(kind="assumed_session.changed").latest("seq")
    assert plain(sentence(changed)) == "Sam Okafor registered Lena Sørensen for Winter menu"
    assert "learning.registration" in CHANGES
    assert about(changed, {"model": "learning.registration"}, {}) == "Registration"


@pytest.mark.django_db
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("language", ["en", "da", "de"])
def test_each_rule_has_a_whole_sentence_in_each_language(rule, language):
    with translation.override(language):
        said = told("assumed_session.blocked", detail={"why": rule})
        assert said.startswith("Sam Okafor ")
        assert "Lena Sørensen" in said
        assert str(_("(not recorded)")) not in said


@pytest.mark.django_db
def test_numbers_have_the_groups_of_the_readers_language():
    with translation.override("de"):
        assert told("user.exported", detail={"people": 1_200}).endswith(": 1.200 Personen")
        assert told("audit.verified", detail={"exit_code": 0, "events": 1_200}).endswith(": 1.200 Einträge, fehlerfrei")
    assert told("audit.verified").endswith(": (not recorded)")
