"""Cost of an import of 100,000 rows with an event per user: preview, application, and waits of another log writer."""

import io
import os
import resource
import threading
import time

from django.db import connection, connections

from accounts.models import Mail, User
from accounts.user_import import apply_import, plan_import
from audit import log
from audit.models import AuditEvent

from . import figures

ROWS = int(os.environ.get("ROWS", "100000"))
HEADING = "HR identifier,First name,Last name,E-mail,Department"


def main() -> None:
    print(f"\nImport of {ROWS:,} rows, {connection.vendor}; goals: preview 5 s, application 25 s, 300 MB")
    measure("everybody is new", lines("first"))
    measure("every address changes", lines("second"))


def lines(domain: str) -> bytes:
    rows = (f"B-{n},Person,Number {n},b{n}@{domain}.example,Harbour Coffee / Shop {n % 50}" for n in range(ROWS))
    return "\n".join([HEADING, *rows]).encode()


def measure(what: str, content: bytes) -> None:
    """Import the content; print the times in seconds, and the longest wait of another writer of the log meanwhile."""
    events, mails = AuditEvent.objects.count(), Mail.objects.count()
    began = time.perf_counter()
    plan = plan_import(io.BytesIO(content), "people.csv", actor=User.objects.get(email="owner@harbour.example"))
    planned = time.perf_counter()
    done = threading.Event()
    waits: list[float] = []
    refused: list[str] = []
    other = threading.Thread(target=write_beside, args=(done, waits, refused))
    if connection.vendor == "postgresql":
        other.start()
    computing = time.process_time()
    apply_import(plan)
    applied, computing = time.perf_counter(), time.process_time() - computing
    done.set()
    if connection.vendor == "postgresql":
        other.join()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{what}: preview {planned - began:.1f} s, application {applied - planned:.1f} s "
        f"({computing:.1f} s of them our own processor time), "
        f"{AuditEvent.objects.count() - events:,} events, {Mail.objects.count() - mails:,} mails, peak {memory} MB"
    )
    sizes = f"{ROWS:,} rows, {what}"
    figures.keep("import_preview", planned - began, sizes=sizes)
    figures.keep("import_apply", applied - planned, sizes=sizes)
    figures.keep("import_memory", memory, sizes=sizes)
    if waits:
        print(f"  another writer: {len(waits)} events, longest wait {max(waits):.2f} s, refused {len(refused)} times")


def write_beside(done: threading.Event, waits: list[float], refused: list[str]) -> None:
    """Write an event every 50 ms, as another user would, until the import is done."""
    while not done.wait(0.05):
        began = time.perf_counter()
        try:
            with log.recording():
                log.record("user.exported", detail={"format": "csv"})
        except Exception as error:
            refused.append(repr(error))
        waits.append(time.perf_counter() - began)
    connections.close_all()
