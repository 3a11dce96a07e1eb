"""Cost of an assumed session, compared with a plain request and with other products that do less."""

import os
import statistics
from functools import partial
from itertools import count

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.http import HttpRequest
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from impersonation import context_processors
from impersonation.models import Notice

from . import figures, measure

ROUNDS = int(os.environ.get("ROUNDS", 400))
BACKEND = "accounts.authentication.backends.EmailBackend"
OURS = "impersonation.middleware.AssumedSessionMiddleware"
THEIRS = {
    "django-hijack": ["hijack.middleware.HijackUserMiddleware"],
    "django-impersonate": ["impersonate.middleware.ImpersonateMiddleware"],
    "django-loginas": [],
}
# django-impersonate keeps the browser session, so its start is no peer of a start that replaces it.
REPLACE_THE_SESSION = ("django-hijack", "django-loginas")


def stack(name: str) -> list[str]:
    """Return the platform's middleware, with AssumedSessionMiddleware replaced by that of another product."""
    before, _, after = "\n".join(settings.MIDDLEWARE).partition(OURS)
    return [*before.split(), *THEIRS[name], *after.split()] if name in THEIRS else settings.MIDDLEWARE


def person(name):
    return get_user_model().objects.get(email=f"{name}@harbour.example")


def sign_in(client: Client, name: str) -> None:
    """Sign a user in as the form would, with the recent authentication that a start requires."""
    client.force_login(person(name), backend=BACKEND)
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, person(name), "password")
    request.session.save()


class Contender:
    """A product, with its requests to start and exit and a page in between."""

    def __init__(self, name):
        self.name, self.target = name, person("lena").pk
        self.client = Client()
        sign_in(self.client, "lena" if name == "plain" else "owner")
        # The handler loads its middleware at the first request, so that request needs this product's settings.
        with override_settings(MIDDLEWARE=stack(name)):
            self.get("/trivial/")

    def get(self, address):
        response = self.client.get(address)
        assert response.status_code == 200, (self.name, address, response.status_code, response.headers)
        return response

    def start(self):
        match self.name:
            case "django-hijack":
                response = self.client.post("/hijack/acquire/", {"user_pk": self.target})
            case "django-impersonate":
                response = self.client.get(f"/impersonate/{self.target}/")
            case "django-loginas":
                response = self.client.post(f"/login/user/{self.target}/")
            case _:
                reason = {"category": "other", "text": "How long does this take?", "ticket": "", "mode": "act"}
                response = self.client.post(f"/users/{self.target}/login-as/", reason)
        assert response.status_code == 302, (self.name, response.status_code)

    def assert_started(self):
        """Check that the session has started, because a refusal would have other figures."""
        if self.name != "plain":
            shown = self.client.get("/trivial/").wsgi_request.user
            assert shown.pk == self.target, (self.name, shown)

    def exit(self):
        match self.name:
            case "django-hijack":
                response = self.client.post("/hijack/release/")
            case "django-impersonate":
                response = self.client.get("/impersonate/stop/")
            case "django-loginas":
                response = self.client.post("/logout/")
            case _:
                response = self.client.post("/assumed-session/exit/")
        assert response.status_code == 302, (self.name, response.status_code)

    def sign_in_again(self):
        if "_auth_user_id" not in self.client.session or self.name == "ours":
            sign_in(self.client, "owner")


def queries(contender, address) -> int:
    with CaptureQueriesContext(connection) as captured:
        contender.get(address)
    border = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
    return sum(not (query["sql"] or "").startswith(border) for query in captured)


def first_looks(ours: Contender) -> None:
    """Measure the first look at an object, which is recorded, beside the second look at it."""
    numbers = {"second look": count(1), "first look": count(1_000_000)}
    runs = {name: lambda number=number: ours.get(f"/trivial/{next(number)}/") for name, number in numbers.items()}
    for number in range(1, 121):
        ours.get(f"/trivial/{number}/")
    print(f"\n{connection.vendor}: the first look at an object and the second")
    print(measure.table(measure.interleaved(runs, 100), "second look"))
    print(f"queries: first {queries(ours, '/trivial/0/')}, second {queries(ours, '/trivial/0/')}")


def main() -> None:
    # Lena's own pages would show that somebody is in her account, which costs queries that no other page has.
    context_processors.live_sessions = lambda request: []
    plain, ours = Contender("plain"), Contender("ours")
    others = [Contender(name) for name in THEIRS]
    contenders = [plain, ours, *others]
    for contender in contenders[1:]:
        contender.start()
        contender.assert_started()
    Notice.objects.update(seen_at=timezone.now())  # else Lena's dashboard shows a notice, with more queries
    for address in ("/trivial/", "/smallest/", "/"):
        print(f"\n{connection.vendor}: GET {address}  (goal: ours ≤ 1.00 trivial, ≤ 1.05 the smallest page)")
        asked = contenders if address == "/trivial/" else contenders[:2]
        runs = {each.name: partial(each.get, address) for each in asked}
        times = measure.interleaved(runs, ROUNDS)
        print(measure.table(times, "plain"))
        counts = {contender.name: queries(contender, address) for contender in asked}
        print("queries:", ", ".join(f"{name} {count}" for name, count in counts.items()))
        keep_ratios(address, times, counts)
    first_looks(ours)
    starting: dict[str, list[float]] = {}
    ending: dict[str, list[float]] = {}
    for contender in [ours, *others]:
        contender.exit()
    for _ in range(max(ROUNDS // 4, 20)):
        for contender in [ours, *others]:
            contender.sign_in_again()
            for verb, times in (("start", starting), ("exit", ending)):
                took = measure.interleaved({contender.name: getattr(contender, verb)}, 1, warm_up=0)
                times.setdefault(contender.name, []).extend(took[contender.name])
                if verb == "start":
                    contender.assert_started()
    for verb, times in (("start", starting), ("exit", ending)):
        print(f"\n{connection.vendor}: {verb}  (goal: no slower than django-hijack and django-loginas)")
        print(measure.table(times, "django-hijack"))
        quickest = min(REPLACE_THE_SESSION, key=lambda name: statistics.median(times[name]))
        figures.keep_times(verb, measure.ratios(times, "ours", quickest), peer=quickest, peer_value=1.0)


def keep_ratios(address: str, times: dict[str, list[float]], counts: dict[str, int]) -> None:
    """Keep the figures of an address: ours beside a plain request, and those of the other products."""
    goal = {"/trivial/": "trivial", "/smallest/": "smallest"}.get(address)
    if goal is None:
        figures.keep("queries", counts["ours"] - counts["plain"], sizes="the dashboard")
        return
    others = {name: statistics.median(measure.ratios(times, name, "plain")) for name in THEIRS if name in times}
    best = min(others, key=others.__getitem__, default="")
    figures.keep_times(goal, measure.ratios(times, "ours", "plain"), peer=best, peer_value=others.get(best))
    for name in ("ours", *others):
        figures.keep_times("plot: assumed / plain", measure.ratios(times, name, "plain"), x=name)


if __name__ == "__main__":
    main()
