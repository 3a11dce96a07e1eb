"""What reaches a collector of traces in a real HTTP request holds routes and statements, and nothing personal."""

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from config.monitoring import traces
from tests.support.collectors import collecting
from tests.support.fault_pages import PLANTED

from .test_faults import run_program

pytestmark = pytest.mark.once  # no database has a say in it


def test_a_trace_arrives_without_anything_that_somebody_typed():
    with collecting() as (address, got):
        run_program("traces", COLLECTOR=f"http://{address}")
    [(path, body)] = got
    assert path == "/v1/traces"
    assert {planted for planted in (*PLANTED, "sam@", "Lena", "127.0.0.1") if planted.encode() in body} == set()
    [resource] = ExportTraceServiceRequest.FromString(body).resource_spans
    [span] = resource.scope_spans[0].spans
    assert span.name == "POST fails/<str:secret>/"
    assert {attribute.key for attribute in span.attributes} <= traces.ALLOWED
    assert {attribute.key for attribute in resource.resource.attributes} == {"service.name", "service.version"}


def test_without_a_collector_nothing_is_instrumented(settings, monkeypatch):
    def instrumented(*args):
        raise AssertionError

    monkeypatch.setattr(traces, "instrument", instrumented)
    settings.OTEL_EXPORTER_OTLP_ENDPOINT = ""
    traces.start()


def test_the_endpoint_of_the_setting_is_where_traces_go(settings, monkeypatch):
    made = []
    monkeypatch.setattr(traces, "instrument", made.append)
    settings.OTEL_EXPORTER_OTLP_ENDPOINT = "http://127.0.0.1:9/"
    traces.start()
    assert len(made) == 1
    made[0].shutdown()


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({"db.statement": "SELECT 1"}, "SELECT"),
        ({"http.method": "GET", "http.route": "users/"}, "GET users/"),
        ({"http.request.method": "GET"}, "GET"),
        ({}, "span"),
    ],
)
def test_a_span_has_the_name_of_its_route_or_statement(attributes, name):
    assert traces.name_of(attributes) == name
