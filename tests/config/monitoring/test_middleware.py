"""Each answer is counted with few labels, and has an access line without its address."""

import json
import logging
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import reverse

from config.logging import JsonFormatter, WhoActs, configuration
from config.monitoring import metrics, middleware
from tests.support.assumed import log_in_as, sign_in


def counted(view, method="GET", status="2xx"):
    labels = {"view": view, "method": method, "status": status}
    return metrics.REGISTRY.get_sample_value("standin_requests_total", labels) or 0


@pytest.fixture
def lines():
    """Return the access lines as production writes them."""
    found = []

    class Lines(logging.Handler):
        def emit(self, record):
            found.append(json.loads(self.format(record)))

    handler, logger = Lines(), logging.getLogger("access")
    handler.addFilter(WhoActs())
    handler.setFormatter(JsonFormatter())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield found
    logger.removeHandler(handler)
    logger.setLevel(logging.WARNING)


def test_an_answer_is_counted_by_view_method_and_class_of_status(client, db):
    before, durations = counted("account_login"), metrics.REGISTRY.get_sample_value
    measured = durations("standin_request_seconds_count", {"view": "account_login"}) or 0
    client.get(reverse("account_login"))
    assert counted("account_login") == before + 1
    assert durations("standin_request_seconds_count", {"view": "account_login"}) == measured + 1


def test_addresses_methods_and_ids_that_strangers_make_up_add_no_series(client, db):
    for number in range(5):
        client.get(f"/nothing/{number}/")
        client.generic(f"MADEUP{number}", f"/nothing/{number}/")
        client.get("/users/%s/" % (1000 + number))
    series = [sample.labels for metric in metrics.REGISTRY.collect() for sample in metric.samples]
    assert not [labels for labels in series if any(word in str(labels) for word in ("MADEUP", "nothing", "100"))]
    assert counted("none", "other", "4xx")


def test_an_answer_503_counts_as_unavailable(rf):
    read = metrics.REGISTRY.get_sample_value
    before = read("standin_unavailable_answers_total")
    watched = middleware.watch_requests(lambda request: HttpResponse(status=503))
    assert watched(rf.get("/")).status_code == 503
    assert read("standin_unavailable_answers_total") == before + 1


def test_a_fault_of_the_counting_changes_no_answer(client, db, monkeypatch, caplog):
    def broken(*args):
        raise OSError("the disk is full")

    monkeypatch.setattr(metrics, "count", broken)
    assert client.get(reverse("account_login")).status_code == 200
    assert "A request could not be counted" in caplog.text


def test_a_line_says_who_did_what_to_whose_account_by_numbers(client, lines, sam, lena):
    log_in_as(client, sam, lena)
    lines.clear()
    client.get("/")
    [line] = lines
    assert (line["logger"], line["method"], line["view"], line["status"]) == ("access", "GET", "dashboard", 200)
    assert (line["actor"], line["target"]) == (sam.pk, lena.pk)
    assert line["assumed_session"]
    assert line["request_id"]
    assert line["bytes"] > 1000
    assert line["ms"] > 0


def test_a_line_holds_ids_and_neither_addresses_nor_links_nor_searches(client, lines, sam, lena):
    sign_in(client, sam)
    lines.clear()
    client.get(reverse("user_detail", args=[lena.pk]) + "?q=a-secret-search")
    client.get(reverse("account_reset_password_from_key", args=["abc", "a-secret-link"]))
    client.get("/a-secret-address/")
    assert [line["view"] for line in lines] == ["user_detail", "account_reset_password_from_key", "none"]
    assert lines[0]["ids"] == {"pk": str(lena.pk)}
    assert lines[1]["ids"] == {}
    assert "secret" not in json.dumps(lines)
    assert lena.email not in json.dumps(lines)


def test_a_made_up_method_forges_no_line(client, lines, db):
    client.generic('GET" , "level": "ERROR', "/")
    assert [line["method"] for line in lines] == ["other"]


def test_probes_have_no_line(client, lines, db):
    client.get("/healthz")
    client.get("/readyz")
    client.get("/metrics")
    assert lines == []


def test_the_id_of_a_trusted_proxy_stands_beside_the_requests_own(client, lines, db, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    sent = uuid4()
    for header in (str(sent), sent.hex, "no uuid", "x" * 5000, f"{sent}\n"):
        response = client.get(reverse("account_login"), headers={"X-Request-Id": header})
        assert response.headers["X-Request-Id"] == lines[-1]["request_id"] != str(sent)
    assert [line["proxy_request_id"] for line in lines] == [str(sent), str(sent), None, None, None]


def test_without_a_trusted_proxy_the_header_is_a_strangers(client, lines, db):
    client.get(reverse("account_login"), headers={"X-Request-Id": str(uuid4())})
    assert lines[0]["proxy_request_id"] is None


@pytest.mark.parametrize(("is_on", "level"), [(True, "INFO"), (False, "WARNING")])
def test_the_lines_are_switched_by_the_setting(is_on, level):
    assert configuration(machines_read_it=True, access_lines=is_on)["loggers"]["access"]["level"] == level


@pytest.mark.django_db  # the page of a missing file names the company
def test_a_static_file_is_counted_under_one_name(client, django_assert_num_queries):
    before = counted("static_file", status="4xx")
    with django_assert_num_queries(1):  # the brand of the page that says so
        client.get("/static/nothing-there.css")
    assert counted("static_file", status="4xx") == before + 1
