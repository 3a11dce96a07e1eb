"""Alerts and dashboard name metrics that exist; the port of the metrics survives its worker."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from contextlib import closing
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from accounts.models import LastRun
from audit import clock
from config.monitoring import figures, metrics
from config.settings import BASE_DIR
from tests.support.assumed import log_in_as
from tests.support.production_server import serving

FOLDER = BASE_DIR / "deploy" / "monitoring"
ALERTS = (FOLDER / "alerts.yml").read_text(encoding="utf-8")
DASHBOARD = (FOLDER / "dashboard.json").read_text(encoding="utf-8")
GUIDE = (BASE_DIR / "docs" / "guides" / "monitoring.md").read_text(encoding="utf-8")
NAME = re.compile(r"\bstandin_\w+")
NO_PROMTOOL = pytest.mark.skipif(shutil.which("promtool") is None, reason="no promtool (package prometheus)")
OF_PROMETHEUS = {"up"}
# What stands in a query beside metrics: texts, labels, ranges and numbers; then functions, and words between them.
BESIDE = re.compile(r"\"[^\"]*\"|\{[^}]*\}|\[[^]]*\]|\b(?:by|without|on|ignoring) \([^)]*\)|\b\d[\w.]*")
FUNCTION = re.compile(r"\b\w+(?= *\()|\b(?:sum|min|max|avg|count|topk|and|or|unless|bool|offset|by)\b")
LABEL = re.compile(r"\b(\w+)(?:=~|!~|!=|=)\"([^\"]*)\"")


PANELS = json.loads(DASHBOARD)["panels"]


def queries_of(panel):
    return [target["expr"] for target in panel["targets"]]


def of_one(text):
    """Return the samples of an answer, as {name: [labels]}."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample.labels)
    return found


@pytest.fixture
def samples(client, sam, lena, monkeypatch):
    """Return what a platform says on which everything has happened once."""
    monkeypatch.setattr(figures, "_kept", (-figures.CACHED_FOR, []))
    log_in_as(client, sam, lena)
    for command in ("verify_audit", "send_notices", "end_lapsed_sessions"):
        LastRun.objects.create(name=command, ended_at=clock.now(), succeeded=True)
    return of_one(metrics.text(figures.collect).decode())


def expressions():
    """Return the queries of the alerts and of the dashboard."""
    return [
        *re.findall(r"^\s+expr: (.+)$", ALERTS, re.MULTILINE),
        *[query for panel in PANELS for query in queries_of(panel)],
    ]


@pytest.mark.django_db
def test_alerts_and_dashboard_name_only_metrics_and_labels_that_exist(samples):
    found = expressions()
    assert len(found) > 25
    assert {name for query in found for name in NAME.findall(query)} - samples.keys() == set()
    labels = {label for each in samples.values() for one in each for label in one} | {"job"}
    assert {label for query in found for label, _value in LABEL.findall(query)} - labels == set()
    grouped = {
        label for query in found for group in re.findall(r"by \(([^)]*)\)", query) for label in re.split(r"\W+", group)
    }
    assert grouped - labels == set()


@pytest.mark.django_db
def test_every_word_of_a_query_is_a_metric_a_function_or_prometheus_own(samples):
    words = {word for query in expressions() for word in re.findall(r"\w+", FUNCTION.sub("", BESIDE.sub("", query)))}
    assert "standin_requests_total" in words
    assert words - OF_PROMETHEUS - samples.keys() == set()


@pytest.mark.once
@NO_PROMTOOL
def test_prometheus_parses_each_query_of_the_dashboard_and_the_alerts(tmp_path):
    queries = [query for panel in PANELS for query in queries_of(panel)]
    rules = [{"record": f"panel:{number}", "expr": query} for number, query in enumerate(queries)]
    file = tmp_path / "rules.json"  # YAML holds JSON
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    ran = subprocess.run(["promtool", "check", "rules", file, FOLDER / "alerts.yml"], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"SUCCESS: {len(rules)} rules found" in ran.stdout
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": [{"record": "a", "expr": "sum(by"}]}]}))
    assert subprocess.run(["promtool", "check", "rules", file], capture_output=True).returncode != 0


@pytest.mark.once
def test_the_dashboard_is_one_that_grafana_can_draw():
    dashboard = json.loads(DASHBOARD)
    sources = {f"${{{each['name']}}}" for each in dashboard["templating"]["list"] if each["type"] == "datasource"}
    ids = [panel["id"] for panel in PANELS]
    assert len(ids) == len(set(ids)) > 10
    assert len({panel["title"] for panel in PANELS}) == len(ids)
    taken = set()
    for panel in PANELS:
        place, targets = panel["gridPos"], panel["targets"]
        cells = {
            (column, row)
            for column in range(place["x"], place["x"] + place["w"])
            for row in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24, panel["title"]
        assert cells.isdisjoint(taken), panel["title"]
        taken |= cells
        assert panel["datasource"] in [{"type": "prometheus", "uid": source} for source in sources]
        assert len({target["refId"] for target in targets}) == len(targets) > 0
        for target in targets:
            kept = set(re.findall(r"\w+", " ".join(re.findall(r"by \(([^)]*)\)", target["expr"]))))
            assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= kept, target


@pytest.mark.django_db
def test_the_guide_and_the_dashboard_name_every_metric(samples):
    names = {name for name in samples if not name.endswith("_created")}  # which only a process alone has
    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in names}
    assert len(families) > 15
    assert families - set(NAME.findall(GUIDE)) == set()
    shown = {re.sub(r"_bucket$", "", name) for name in NAME.findall(DASHBOARD)}
    assert families - shown == set()


def test_every_alert_says_what_it_is_and_what_to_do():
    alerts = re.split(r"^\s+- alert: ", ALERTS, flags=re.MULTILINE)[1:]
    assert len(alerts) > 10
    for alert in alerts:
        assert re.search(r"^\s+summary: \"", alert, re.MULTILINE), alert
        assert re.search(r"^\s+action: \"", alert, re.MULTILINE), alert
        assert re.search(r"severity: (page|ticket)", alert), alert
        assert alert.partition("\n")[0] in GUIDE


@pytest.mark.long
@NO_PROMTOOL
def test_prometheus_itself_accepts_the_metrics():
    text = metrics.text(figures.of_this_process)
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True)
    assert checked.returncode == 0, checked.stderr.decode()


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_one_port_tells_what_all_workers_did_and_outlives_the_worker_that_serves_it(tmp_path, monkeypatch):
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv("METRICS_PORT", str(port))
    monkeypatch.setenv("GRANIAN_RESPAWN_FAILED_WORKERS", "true")
    asked = 40
    with serving(tmp_path) as server:
        before = scraped(port)
        for _each in range(asked):
            urlopen(f"http://127.0.0.1:{server}/accounts/login/").close()
        after = scraped(port)
        print(f"requests {asked}, counted {after - before}")
        assert after - before == asked
        os.kill(worker_of(port), signal.SIGKILL)
        assert scraped(port) == after


def scraped(port):
    """Return the number of counted sign-in pages, once the port answers."""
    for _attempt in range(200):
        try:
            with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
                text = answer.read().decode()
        except (URLError, ConnectionError):
            time.sleep(0.1)  # until a worker has the port
            continue
        found = re.search(r'^standin_requests_total\{.*view="account_login".*\} (\S+)$', text, re.MULTILINE)
        return float(found[1]) if found else 0
    raise AssertionError("nobody serves the port")


def worker_of(port):
    """Return the id of the process that listens to the port."""
    listening = {
        line.split()[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
    }
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(link).removeprefix("socket:[").removesuffix("]") in listening:
                return int(link.parts[2])
        except OSError:
            continue
    raise AssertionError("nobody listens")
