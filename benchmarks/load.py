"""
Mixed load on the production server with PostgreSQL: 100 people at once, a tenth of them in assumed sessions.

SECONDS (600), CLIENTS (100) and THINK (5: mean seconds between two requests of one person) change it. Each person has a
browser with cookies of its own, signs in by the form, reads pages and saves answers; admins start an assumed session,
read and save in it, exit, and sign in again. The server runs on 127.0.0.1 only and ends with the benchmark.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from contextlib import contextmanager, suppress
from functools import partial

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import connection
from django.test import override_settings

from accounts.models import User
from audit.kinds import Kind, Outcome
from audit.models import AuditEvent
from audit.verification.checker import verify
from learning.models import Module

from . import figures, large_company, measure
from .browser import Browser, free_port
from .processes import memory_of_tree

SECONDS = float(os.environ.get("SECONDS", 60 if "BENCH_SHORT" in os.environ else 600))
CLIENTS = int(os.environ.get("CLIENTS", 20 if "BENCH_SHORT" in os.environ else 100))
THINK = float(os.environ.get("THINK", 5))
PEOPLE = int(os.environ.get("PEOPLE", 10_000))
PASSWORD = "standin-demo"  # noqa: S105 (of the demo company)
PBKDF2 = "django.contrib.auth.hashers.PBKDF2PasswordHasher"
REASON = {"category": "other", "text": "A look at the answers that are missing", "ticket": "", "mode": "act"}
PAGES = {"dashboard": "/", "modules": "/modules/", "events": "/events/", "documents": "/documents/"}
ADMIN_PAGES = {"User Management": "/users/", "search": "/users/?q=jensen"}


class Tally:
    """What the clients saw: times in milliseconds by kind of request, answers by status, and what went wrong."""

    def __init__(self):
        self.lock = threading.Lock()
        self.times: dict[str, list[float]] = defaultdict(list)
        self.statuses: Counter[int] = Counter()
        self.acknowledged = 0  # saved answers on behalf
        self.troubles: list[str] = []

    def add(self, kind: str, took: float, status: int) -> None:
        with self.lock:
            self.times[kind].append(took * 1000)
            self.statuses[status] += 1


class Person:
    """A person with a browser, who sends one request after another until the time is over."""

    def __init__(self, user: User, port: int, tally: Tally, until: float, seed: int):
        self.user, self.tally, self.until = user, tally, until
        self.port, self.chance = port, random.Random(seed)  # noqa: S311 nothing secret
        self.browser = Browser(port)

    def sign_in(self) -> None:
        self.browser = Browser(self.port)
        status = self.send("sign in", "/accounts/login/", {"login": self.user.email, "password": PASSWORD})
        if status != 302:
            raise RuntimeError(f"{self.user.email} could not sign in: {status}")

    def think(self) -> None:
        time.sleep(self.chance.expovariate(1 / THINK))

    def get(self, kind: str, path: str) -> str:
        began = time.perf_counter()
        answer = self.browser.get(path)
        self.tally.add(kind, time.perf_counter() - began, answer.status)
        return answer.text

    def send(self, kind: str, path: str, data: dict, page: str = "") -> int:
        """Open the page of a form, then send it with the form's own fields. Return the status."""
        fields = self.browser.form(self.get(f"{kind}, its form", page or path), path)
        began = time.perf_counter()
        answer = self.browser.post(path, fields | data)
        self.tally.add(kind, time.perf_counter() - began, answer.status)
        return answer.status

    def look_and_save(self, module: int, prefix: str = "") -> int | None:
        """Open a page, or save the answers of a module. Return the status of what was saved."""
        if self.chance.random() < 0.15:
            return self.send(f"{prefix}save answers", f"/modules/{module}/save/", {}, f"/modules/{module}/")
        if self.chance.random() < 0.3:
            self.get(f"{prefix}module", f"/modules/{module}/")
        else:
            name = self.chance.choice(list(PAGES))
            self.get(f"{prefix}{name}", PAGES[name])
        return None

    def learn(self, module: int) -> None:
        while time.time() < self.until:
            self.think()
            self.look_and_save(module)

    def help(self, target: User, module: int) -> None:
        """Look at User Management, then work in the target's place for about a dozen requests, again and again."""
        while time.time() < self.until:
            for name, path in ADMIN_PAGES.items():
                self.think()
                self.get(name, path)
            self.think()
            status = self.send("start", f"/users/{target.pk}/login-as/", REASON)
            if status != 302:
                raise RuntimeError(f"{self.user.email} could not start: {status}")
            for _number in range(12):
                self.think()
                saved = self.look_and_save(module, "assumed: ")
                if saved in (200, 302):
                    with self.tally.lock:
                        self.tally.acknowledged += 1
            self.send("exit", "/assumed-session/exit/", {}, "/")
            self.sign_in()


def people() -> tuple[list[User], list[User], Module]:
    """Return admins, a tenth of CLIENTS, and learners who see the module that all of them answer."""
    large_company.build(PEOPLE)
    module = Module.objects.get(title="Food safety basics")
    plain = User.objects.filter(is_active=True, groups=None, email__regex=r"\.[0-9]+@").order_by("pk")
    chosen = list(plain[: 2 * CLIENTS])
    admins, learners = chosen[: CLIENTS // 10], chosen[CLIENTS // 10 :]
    support = Group.objects.get(name="Support")
    for admin in admins:
        admin.groups.add(support)
    with override_settings(PASSWORD_HASHERS=[PBKDF2]):  # what the server uses
        User.objects.filter(pk__in=[user.pk for user in chosen]).update(password=make_password(PASSWORD))
    module.audience.all().delete()
    module.audience.create(department=large_company.Department.objects.get(depth=1))
    return admins, learners, module


@contextmanager
def server(port: int):
    """Run the production server with the database of the benchmark, and yield its process."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "for benchmarks only, nothing is kept under it",
        "AUDIT_KEYS": "k1:for benchmarks only; signs nothing",
        "SECOND_FACTOR_KEYS": "k1:for benchmarks only; encrypts nothing",
        "DATABASE_URL": os.environ["DATABASE_URL"],
        "EMAIL_URL": "dummymail://",
        "PLAIN_HTTP": "on",
        "DEBUG": "off",
        "PORT": str(port),
        "SITE_URL": f"http://127.0.0.1:{port}",
    }
    subprocess.run([sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], env=environment, check=True)
    process = subprocess.Popen([sys.executable, "-m", "config.server"], env=environment, stderr=subprocess.DEVNULL)
    try:
        for _try in range(300):
            with suppress(OSError):
                if Browser(port).get("/readyz").status == 200:
                    break
            time.sleep(0.2)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def run(person: Person, work) -> None:
    try:
        work()
    except Exception as error:
        person.tally.troubles.append(f"{person.user.email}: {error!r}")


def watch(pid: int, until: float) -> list[tuple[int, int]]:
    """Return the server's memory (MB) and the database's connections, looked at 20 times."""
    seen = []
    while time.time() < until:
        time.sleep(SECONDS / 20)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            seen.append((memory_of_tree(pid), cursor.fetchone()[0]))
    return seen


def main() -> None:
    if connection.vendor != "postgresql":
        print("\nThe mixed load runs on PostgreSQL only.")
        return
    admins, learners, module = people()
    tally, port = Tally(), free_port()
    with server(port) as process:
        everybody = [Person(user, port, tally, 0, number) for number, user in enumerate([*admins, *learners])]
        everybody = everybody[:CLIENTS]
        for person in everybody:
            person.sign_in()
        tally.times.clear()
        until = time.time() + SECONDS
        threads = []
        for number, person in enumerate(everybody):
            person.until = until
            helps = partial(person.help, learners[-1 - number], module.pk)
            work = helps if number < len(admins) else partial(person.learn, module.pk)
            threads.append(threading.Thread(target=run, args=(person, work)))
        for thread in threads:
            thread.start()
        seen = watch(process.pid, until)
        for thread in threads:
            thread.join()
    report(tally, seen)


def report(tally: Tally, seen: list[tuple[int, int]]) -> None:
    print(f"\nMixed load, {CLIENTS} people at once for {SECONDS:.0f} s, {THINK:g} s between two requests of one person")
    print(f"{'':<32}{'requests':>10}{'median ms':>10}{'p95 ms':>10}")
    for kind, times in sorted(tally.times.items()):
        p95 = measure.percentile(times, 95) if len(times) > 1 else times[0]
        print(f"{kind:<32}{len(times):>10}{statistics.median(times):>10.1f}{p95:>10.1f}")
    everything = [took for times in tally.times.values() for took in times]
    p95 = measure.percentile(everything, 95)
    faults = sum(count for status, count in tally.statuses.items() if status >= 500) + len(tally.troubles)
    outcomes = AuditEvent.objects.filter(kind=Kind.ASSUMED_SESSION_OUTCOME, outcome=Outcome.DONE).count()
    unrecorded = max(0, tally.acknowledged - outcomes)
    memory, connections = zip(*seen, strict=True)
    growth = memory[-1] / memory[len(memory) // 4]
    print(f"{len(everything):,} requests, {len(everything) / SECONDS:.0f} a second; statuses {dict(tally.statuses)}")
    print(f"saved on behalf {tally.acknowledged}, of them without an event {unrecorded}; verify {verify().exit_code}")
    print(f"memory {memory[0]} to {memory[-1]} MB, connections {min(connections)} to {max(connections)}")
    for trouble in tally.troubles[:10]:
        print("trouble:", trouble)
    sizes = f"{len(everything):,} requests in {SECONDS:.0f} s, {CLIENTS} clients"
    figures.keep("load_p95", p95, sizes=sizes)
    figures.keep("load_faults", faults, sizes=sizes)
    figures.keep("load_unrecorded", unrecorded, sizes=f"{tally.acknowledged} saved on behalf")
    figures.keep("load_memory", growth, sizes=f"{memory[0]} to {memory[-1]} MB")


if __name__ == "__main__":
    main()
