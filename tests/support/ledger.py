"""The access history in tests: its pages as text, and assumed sessions in bulk."""

import json
import re

from django.test import Client
from django.urls import reverse

from audit import log
from audit.kinds import Kind
from impersonation.models import AssumedSession
from tests.support.assumed import sign_in

URL = "/account/access-history/"


def page_of(user, address=URL):
    """Return a page of the user's access history with every run of white space as one space."""
    browser = Client()
    sign_in(browser, user)
    response = browser.get(address)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def plain(page):
    """Return a page without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).strip()


def facts(page):
    """Return the sessions on a page, each as its heading and its facts."""
    return [plain(card) for card in re.findall(r"<article.*?</dl>", page)]


def cards(page):
    """Return every entry of a page as text, newest first."""
    return [plain(card) for card in re.findall(r"<article.*?</article>|<li id=.event-.*?</div> </li>", page, re.DOTALL)]


def file_of(user, file_format="json"):
    """Return the text of the user's access history as a file."""
    browser = Client()
    sign_in(browser, user)
    response = browser.get(reverse("access_history_file"), {"format": file_format})
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def events_in_file(user):
    return json.loads(file_of(user))["events"]


def record_sessions(actor, target, count, *, looks=0):
    """Record sessions in bulk, each with its looks, two changes and an end; the first one is the oldest."""
    with log.recording():
        for number in range(count):
            people = {"actor": actor.as_person(), "target": target.as_person(), "assumed_session": AssumedSession().pk}
            log.record(Kind.ASSUMED_SESSION_STARTED, reason={"text": f"Reason {number}.", "mode": "act"}, **people)
            for look in range(looks):
                said = {"view": "module_detail", "object": f"learning.module {look}", "title": f"Module {look}"}
                log.record(Kind.ASSUMED_SESSION_LOOKED, detail=said, **people)
            for row in (1, 2):
                said = {"table": "t", "row": row, "model": "learning.answer", "about": "", "before": None, "after": {}}
                log.record(Kind.ASSUMED_SESSION_CHANGED, detail=said, **people)
            log.record(Kind.ASSUMED_SESSION_ENDED, detail={"cause": "exit"}, **people)
