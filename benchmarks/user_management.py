"""Cost of the user lists in a company of a million users (PEOPLE=50000 for fewer), for Sam and for Rita."""

import os
import statistics
from functools import partial
from types import SimpleNamespace

from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Department, User
from accounts.users.pagination import SORTS

from . import figures, large_company, measure

# SQLite is meant for companies of moderate size.
PEOPLE = int(os.environ.get("PEOPLE", 1_000_000 if connection.vendor == "postgresql" else 50_000))
ROUNDS = int(os.environ.get("ROUNDS", 20))
GOAL = 150
SEARCHES = {
    "a common name": "jensen",
    "two words": "søren jensen",
    "plain letters": "soren moller",
    "a job profile": "barista",
    "a name and a department": "xenia mill",
    "departments alone": "mill",
    "one letter": "a",
    "two letters, common": "an",
    "two letters, rare": "wu",
    "two letters, nobody": "qz",
    "a rare name": "xenia winther",
    "an address": "anna.jensen.1",
    "an address with @": "4711@harbour",
    "nobody": "nobody of that name",
    "half of all": "sen",
}


def signed_in(name: str) -> Client:
    client = Client(headers={"Sec-Fetch-Site": "same-origin"})  # as a browser sends it from a page of the platform
    client.force_login(person(name), backend="accounts.authentication.backends.EmailBackend")
    return client


def person(name: str) -> User:
    return User.objects.get(email=f"{name}@harbour.example")


def addresses_of_the_list(visible) -> dict[str, str]:
    """Return the measured query strings of User Management, by name."""
    count = visible.count()
    somewhere = {sort: visible.order_by("first_name", "last_name", "pk")[count * 9 // 10].pk for sort in SORTS}
    asked = {"first page": "", "the page after nine tenths": f"after={somewhere['name']}"}
    asked |= {"the page before it": f"before={somewhere['name']}"}
    for sort in SORTS:
        asked[f"sorted by {sort}"] = f"sort={sort}"
        asked[f"sorted by {sort}, backwards"] = f"sort=-{sort}"
        asked[f"sorted by {sort}, somewhere"] = f"sort={sort}&after={somewhere[sort]}"
    asked |= {f"search: {name}": f"q={text}" for name, text in SEARCHES.items()}
    asked["search, by last sign-in, somewhere"] = f"q=jensen&sort=last_sign_in&after={somewhere['name']}"
    seen = Department.objects.filter(people__in=visible).distinct()
    shop = seen.filter(depth=4, name__startswith="Mill").order_by("path").last()
    city = shop.get_parent()
    asked["department: a city"] = f"department={city.pk}"
    asked["department: a shop"] = f"department={shop.pk}"
    asked["a city, by last sign-in"] = f"department={city.pk}&sort=last_sign_in"
    for name in ("User", "Manager", "Support", "House rules (last region)"):
        asked[f"type: {name}"] = f"type={Group.objects.get(name=name).pk}"
    asked["deactivated"] = "status=deactivated"
    asked["deactivated, sorted by department"] = "status=deactivated&sort=department"
    asked["everything at once"] = f"q=an&department={city.pk}&type={Group.objects.get(name='User').pk}&status=active"
    return asked


def cases() -> dict[str, SimpleNamespace]:
    found = {}
    for name in ("sam", "rita"):
        client = signed_in(name)
        for label, query in addresses_of_the_list(User.objects.visible_to(person(name))).items():
            found[f"{name}: {label}"] = SimpleNamespace(client=client, address=f"/users/?{query}")
    owner = signed_in("owner")
    lena, sam, rita = (person(name) for name in ("lena", "sam", "rita"))
    for label, address in {
        "who can log in as Lena": f"/users/{lena.pk}/who-can-log-in/",
        "who can log in as Lena, search": f"/users/{lena.pk}/who-can-log-in/?q=sam",
        "whom Sam can log in as": f"/users/{sam.pk}/log-in-as-whom/",
        "whom Sam can log in as, search": f"/users/{sam.pk}/log-in-as-whom/?q=xenia",
        "whom Rita can log in as": f"/users/{rita.pk}/log-in-as-whom/",
        "whom Rita can log in as, search": f"/users/{rita.pk}/log-in-as-whom/?q=xenia",
        "permission types": "/permissions/",
    }.items():
        found[f"owner: {label}"] = SimpleNamespace(client=owner, address=address)
    return found


def get(case) -> None:
    response = case.client.get(case.address)
    assert response.status_code == 200, (case.address, response.status_code)


def queries(case) -> int:
    with CaptureQueriesContext(connection) as captured:
        get(case)
    border = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
    return sum(not (query["sql"] or "").startswith(border) for query in captured)


def main() -> None:
    if not Group.objects.filter(name="House rules (last region)").exists():
        large_company.build(PEOPLE)
    asked = cases()
    only = os.environ.get("CASES", "")
    asked = {name: case for name, case in asked.items() if only in name}
    times = measure.interleaved({name: partial(get, case) for name, case in asked.items()}, ROUNDS, warm_up=1)
    print(f"\n{connection.vendor}: {User.objects.count():,} people  (goal on PostgreSQL: p95 ≤ {GOAL} ms)")
    print(f"{'':<60}{'median ms':>10}{'p95 ms':>10}{'queries':>9}")
    for name, case in asked.items():
        median, p95 = statistics.median(times[name]), measure.percentile(times[name], 95)
        print(f"{name:<60}{median:>10.1f}{p95:>10.1f}{queries(case):>9}{'' if p95 <= GOAL else '  over'}")
    sizes = f"{User.objects.count():,} people"
    medians = sorted(statistics.median(own) for own in times.values())
    p95s = sorted(measure.percentile(own, 95) for own in times.values())
    figures.keep("users_median", medians[-1], low=medians[0], high=medians[-1], sizes=sizes)
    figures.keep("users_p95", p95s[-1], low=p95s[0], high=p95s[-1], sizes=sizes)


if __name__ == "__main__":
    main()
