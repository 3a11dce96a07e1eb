"""A request that is running when its assumed session ends does nothing after the end, and its browser is told why."""

import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, get_ident

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import JobProfile
from audit.admin.timeline import timeline
from audit.verification.checker import verify
from impersonation.models import AssumedSession
from tests.support.access_check import FROM_OUR_PAGE
from tests.support.assumed import detail, events, log_in_as, login_as_data, sign_in
from tests.support.in_flight import (
    ENDS,
    Gate,
    Situation,
    closing,
    exit_it,
    gates,
    of_the_session,
    quiet_client,
    stop,
    told_why,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.support.in_flight")]
REQUEST, CHANGED, OUTCOME, ENDED = ("request", "changed", "outcome", "ended")
ALL_OF_IT = [REQUEST, CHANGED, OUTCOME]
BETWEEN = "between"  # the place of a gate: the attempt is on record, the view has not begun
at = pytest.mark.parametrize


@pytest.fixture
def gate(request):
    """Return the gate at the place that the test names; it is open when the test ends."""
    gates[request.param] = Gate()
    yield gates[request.param]
    gates.pop(request.param).opened.set()


@pytest.fixture(autouse=True)
def stop_after_the_attempt_is_on_record():
    """Wait at the anchor that the log writes after each commit, in a thread of the pool."""

    def stop_between(_record):
        if get_ident() != main_thread:
            stop(BETWEEN)
        return True

    main_thread, anchors = get_ident(), logging.getLogger("audit.anchor")
    anchors.addFilter(stop_between)
    yield
    anchors.removeFilter(stop_between)


@pytest.fixture
def pool():
    with ThreadPoolExecutor(10) as pool:
        yield pool


@pytest.fixture
def situation(client, sam, lena, max_, owner):
    return Situation(client, sam, lena, max_, owner)


@at("cause", ENDS)
@at(
    ("gate", "said"),
    [("before", [ENDED]), (BETWEEN, [REQUEST, ENDED]), ("after", [*ALL_OF_IT, ENDED])],
    indirect=["gate"],
)
def test_what_runs_when_the_session_ends_does_nothing_afterwards(situation, pool, gate, said, cause):
    running = pool.submit(closing, lambda: situation.browser().post("/acts/", {"name": "Barista"}))
    assert gate.reached.wait(timeout=60)
    ENDS[cause](situation)
    gate.opened.set()
    response = running.result(timeout=60)
    assert of_the_session(situation.session) == said
    assert JobProfile.objects.filter(name="Barista").exists() == (CHANGED in said)
    if CHANGED in said and cause not in ("exit", "signed_out", "target_deactivated"):
        assert response.content == b"done", "it was through before the end, and the browser session is still there"
        response = situation.browser().get(reverse("dashboard"))
    assert told_why(response, cause)
    assert [detail(event)["cause"] for event in events("assumed_session.ended")] == [cause]
    assert verify().exit_code == 0


def wait_until_somebody_waits(ending):
    """PostgreSQL tells who waits for a lock; on SQLite writers queue up, and there is nothing to see."""
    while connection.vendor == "postgresql" and not ending.done():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return


@at("cause", ENDS)
@at("gate", ["inside"], indirect=True)
@at("fails", [False, True])
def test_the_end_waits_for_the_change_that_has_begun(situation, pool, gate, cause, fails):
    data = {"name": "Barista"} | ({"fail": "on"} if fails else {})
    running = pool.submit(closing, lambda: situation.browser().post("/acts/", data))
    assert gate.reached.wait(timeout=60)
    if cause in ("time_limit", "target_deactivated") and connection.vendor == "sqlite":
        # What makes it end has to be written first, and nobody writes beside a writer.
        gate.opened.set()
    ending = pool.submit(closing, lambda: ENDS[cause](situation))
    if not gate.opened.is_set():
        wait_until_somebody_waits(ending)
        gate.opened.set()
    ending.result(timeout=60)
    response = running.result(timeout=60)
    said = of_the_session(situation.session)
    if fails:
        # The failure is recorded apart, unless the end came first.
        assert said in ([REQUEST, OUTCOME, ENDED], [REQUEST, ENDED])
        assert response.status_code == 500 if OUTCOME in said else told_why(response, cause)
    else:
        assert said == [*ALL_OF_IT, ENDED]
        assert response.content == b"done" or told_why(response, cause)
    assert JobProfile.objects.filter(name="Barista").exists() == (not fails)
    assert verify().exit_code == 0


def test_of_eight_saves_beside_an_exit_none_comes_after_the_end(situation, pool):
    for round_ in range(6):
        if round_:
            situation.client = quiet_client()
            situation.session = log_in_as(situation.client, situation.sam, situation.lena)
        JobProfile.objects.all().delete()
        ready = Barrier(9)

        def at_once(call, ready=ready):
            ready.wait(timeout=60)
            return closing(call)

        def save(number):
            return situation.browser().post("/acts/", {"name": f"Job {number}"})

        saves = [pool.submit(at_once, partial(save, number)) for number in range(8)]
        exits = pool.submit(at_once, lambda: exit_it(situation))
        answers = [save.result(timeout=60) for save in saves]
        exits.result(timeout=60)
        said = of_the_session(situation.session)
        assert said[-1] == ENDED
        assert said.count(ENDED) == 1
        assert said.count(CHANGED) == said.count(OUTCOME) == JobProfile.objects.count()
        assert {answer.status_code for answer in answers} <= {200, 302}
        assert sum(answer.status_code == 200 for answer in answers) <= said.count(OUTCOME)
    assert verify().exit_code == 0


@at("gate", ["before"], indirect=True)
@at("cause", ["revoked", "exit"])
def test_stay_after_the_end_does_nothing_and_says_why(situation, pool, gate, cause):
    running = pool.submit(closing, lambda: situation.browser().post("/stopping/stay/"))
    assert gate.reached.wait(timeout=60)
    ENDS[cause](situation)
    before = AssumedSession.objects.values().get(pk=situation.session.pk)
    gate.opened.set()
    assert told_why(running.result(timeout=60), cause)
    assert AssumedSession.objects.values().get(pk=situation.session.pk) == before


@at("gate", ["before"], indirect=True)
@at("cause", ["exit", "revoked", "superseded"])
def test_an_exit_after_the_end_ends_nothing_again_and_says_the_cause_that_counted(situation, pool, gate, cause):
    running = pool.submit(closing, lambda: situation.browser().post("/stopping/exit/"))
    assert gate.reached.wait(timeout=60)
    ENDS[cause](situation)
    gate.opened.set()
    assert told_why(running.result(timeout=60), cause)
    assert of_the_session(situation.session) == [ENDED]
    assert situation.browser().get(reverse("dashboard")).url.startswith(reverse("account_login"))


@at("gate", ["before"], indirect=True)
def test_an_access_check_after_the_end_is_neither_answered_nor_recorded(situation, pool, gate):
    running = pool.submit(closing, lambda: situation.browser().get("/stopping/access/", headers=FROM_OUR_PAGE))
    assert gate.reached.wait(timeout=60)
    exit_it(situation)
    gate.opened.set()
    assert told_why(running.result(timeout=60), "exit")
    assert events("access.checked") == []


@at("gate", ["before"], indirect=True)
def test_a_nested_start_after_the_end_starts_and_records_nothing(situation, pool, gate):
    address = f"/stopping/login-as/{situation.max.pk}/"
    running = pool.submit(closing, lambda: situation.browser().post(address, login_as_data()))
    assert gate.reached.wait(timeout=60)
    exit_it(situation)
    gate.opened.set()
    assert told_why(running.result(timeout=60), "exit")
    assert of_the_session(situation.session) == [ENDED]
    assert not AssumedSession.objects.live().exists()


@at("gate", [BETWEEN], indirect=True)
def test_the_timeline_says_that_a_request_which_the_end_overtook_did_nothing(situation, pool, gate):
    situation.browser().post("/acts/", {"name": "Before"})
    running = pool.submit(closing, lambda: situation.browser().post("/acts/", {"name": "Barista"}))
    assert gate.reached.wait(timeout=60)
    assert not any(act.is_undone for act in timeline(situation.session.pk).acts), "it may still do something"
    exit_it(situation)
    gate.opened.set()
    running.result(timeout=60)
    acts = timeline(situation.session.pk).acts  # the start, the form that was through, the one that was not, the end
    assert [len(act.steps) for act in acts] == [1, 3, 1, 1]
    assert [act.is_undone for act in acts] == [False, False, True, False]
    auditor = Client()
    sign_in(auditor, situation.owner)
    page = auditor.get(reverse("admin:audit_auditevent_timeline", args=[situation.session.pk])).content.decode()
    assert page.count("Nothing was done: the session ended") == 1
