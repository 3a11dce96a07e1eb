"""Cost of the audit log: appending with 1, 8 and 32 writers, verifying a long log, and sealing its oldest events."""

import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection

from audit import log, sealing, seals
from audit.context import Person
from audit.models import AuditEvent
from audit.verification.checker import verify
from demo import audit

from . import figures

EVENTS = int(os.environ.get("AUDIT_EVENTS_VERIFIED", 1_000_000))
WRITERS, SECONDS, GOAL = (1, 8, 32), 4.0, 20_000
SEALED = 20_000  # events
WRITER = "import django; django.setup(); import benchmarks.audit_log as b; b.write(float('{}'))"


def write(until: float) -> None:
    """Write one event per transaction until a time (seconds since the epoch), and print their number."""
    actor, target, count = Person(1, "Sam Okafor", "sam@harbour.example"), Person(2, "Lena Sørensen", ""), 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    while time.time() < until:
        with log.recording():
            log.record("benchmark.made_up", actor=actor, target=target, detail={"number": count})
        count += 1
    print(count)


def appended(writers: int) -> float:
    """Return the events per second that this number of processes writes at the same time."""
    begin = time.time() + 4 + writers  # seconds, because each process has to start
    command = [sys.executable, "-c", WRITER.format(begin + SECONDS)]
    before = AuditEvent.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(writers)]
    time.sleep(max(begin - time.time(), 0))
    reached = AuditEvent.objects.order_by("-seq").values_list("seq", flat=True).first() or before
    assert [process.wait() for process in running] == [0] * writers
    return (AuditEvent.objects.order_by("-seq").values_list("seq", flat=True)[0] - reached) / SECONDS


def main() -> int:
    rates = {writers: appended(writers) for writers in WRITERS}
    for writers, rate in rates.items():
        print(f"\n{connection.vendor}: append, {writers} at once: {rate:,.0f} events a second")
        figures.keep("plot: append", rate, x=f"{writers} at once")
    figures.keep("append_8", rates[8] / rates[1], sizes=f"1 writer: {rates[1]:,.0f} events/s")
    figures.store("audit_append")  # apart, because the verification is a process of its own
    for _reached in audit.generate(max(EVENTS - AuditEvent.objects.count(), 0)):
        pass
    # A separate process, so that its memory is that of the verification alone.
    code = "import django; django.setup(); import benchmarks.audit_log as b; b.{}()"
    return max(
        subprocess.run([sys.executable, "-c", code.format(what)]).returncode for what in ("verify_all", "seal_oldest")
    )


def verify_all() -> None:
    """Verify the whole log; print the events per second, and the peak memory after a tenth and at the end."""
    peaks: list[int] = []

    def progress(reached: int, head: int) -> None:
        if reached >= head / 10 and not peaks:
            peaks.append(peak())

    began, worked = time.monotonic(), time.process_time()
    report = verify(progress=progress)
    assert report.exit_code == 0, report.exit_code
    rates = (report.events / (time.monotonic() - began), report.events / (time.process_time() - worked))
    print(f"\n{connection.vendor}: verify {report.events:,} events  (goal: ≥ {GOAL:,} a second, memory flat)")
    figures.keep("verify", rates[0], low=rates[0], high=rates[1], sizes=f"{report.events:,} events, peak {peak()} MB")
    figures.keep("plot: verify", rates[0], x="verify")
    figures.store("audit_log")
    print(f"{rates[0]:,.0f} a second, {rates[1]:,.0f} a second of this process's own time, ", end="")
    print(f"peak {peak()} MB, {peaks[0]} MB after a tenth (SQLite maps up to 64 MB of its file among them)")


def seal_oldest() -> None:
    """Export, seal and delete the oldest events of the log; print the events per second and the peak memory."""
    seal = seals.newest()
    first = seal.through_seq + 1 if seal else 1
    plan = sealing.Plan(first, first + min(SEALED, AuditEvent.objects.count() - 1) - 1)
    with TemporaryDirectory() as folder:
        began = time.monotonic()
        checker = sealing.verified(plan)
        exported = sealing.export(plan, str(Path(folder) / "sealed.jsonl"))
        reached = time.monotonic()
        made = sealing.seal(plan, checker, exported, actor=None, reason="benchmark")
        removed = sealing.remove(made)
    rates = removed / (reached - began), removed / (time.monotonic() - reached)
    print(f"\n{connection.vendor}: seal {removed:,} events: verified and exported {rates[0]:,.0f} a second, ", end="")
    print(f"deleted {rates[1]:,.0f} a second, peak {peak()} MB")


def peak() -> int:
    """Return the peak memory of this process in MB. `ru_maxrss` is the fallback: it counts the parent's too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
    assert found
    return int(found[1]) // 1024


if __name__ == "__main__":
    main()
