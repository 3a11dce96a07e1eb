"""
Traces of requests and their statements, sent to an OpenTelemetry collector.

A span leaves with the attributes of ALLOWED alone. Addresses, headers, parameters of statements and messages of
exceptions stay here, because they name people.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from config.version import VERSION

ALLOWED = {
    "http.method", "http.request.method", "http.route", "http.scheme", "http.status_code", "http.response.status_code",
    "db.system", "db.system.name", "db.operation", "db.operation.name", "db.statement", "db.query.text",
    "error.type", "exception.type",
}  # fmt: skip


def start() -> None:
    """Send traces from this process if OTEL_EXPORTER_OTLP_ENDPOINT is set; call it in each worker process."""
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    endpoint = settings.OTEL_EXPORTER_OTLP_ENDPOINT.rstrip("/")
    instrument(provider(BatchSpanProcessor(without_personal_data(OTLPSpanExporter(f"{endpoint}/v1/traces")))))


def provider(processor: Any) -> Any:
    """Return a provider whose resource names the program and its version, and nothing of the machine."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    made = TracerProvider(resource=Resource({"service.name": "standin", "service.version": VERSION}))
    made.add_span_processor(processor)
    return made


def instrument(tracer_provider: Any) -> None:
    """Make a span of each request, and of each statement on PostgreSQL, without its parameters."""
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor

    DjangoInstrumentor().instrument(tracer_provider=tracer_provider)
    PsycopgInstrumentor().instrument(tracer_provider=tracer_provider, capture_parameters=False)


def without_personal_data(exporter: Any) -> Any:
    """Return an exporter that sends only what is allowed through another one."""
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Status

    class Scrubbed(SpanExporter):
        def export(self, spans: Sequence[ReadableSpan]) -> Any:
            return exporter.export([scrubbed(span) for span in spans])

        def shutdown(self) -> None:
            exporter.shutdown()

        def force_flush(self, timeout_millis: int = 30_000) -> bool:
            return exporter.force_flush(timeout_millis)

    def scrubbed(span: ReadableSpan) -> ReadableSpan:
        attributes = {name: value for name, value in (span.attributes or {}).items() if name in ALLOWED}
        return ReadableSpan(
            name=name_of(attributes), context=span.context, parent=span.parent, resource=span.resource,
            attributes=attributes, kind=span.kind, status=Status(span.status.status_code),
            start_time=span.start_time, end_time=span.end_time, instrumentation_scope=span.instrumentation_scope,
        )  # fmt: skip

    return Scrubbed()


def name_of(attributes: dict[str, Any]) -> str:
    """Return the name of a span: method and route, or the first word of a statement."""
    if statement := attributes.get("db.statement") or attributes.get("db.query.text"):
        return str(statement).split(maxsplit=1)[0]
    method = attributes.get("http.method") or attributes.get("http.request.method") or "span"
    return f"{method} {attributes.get('http.route', '')}".strip()
