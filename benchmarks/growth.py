"""Cost of pages in a company that grows tenfold three times: 1,000 to 1,000,000 users (PEOPLE=50000 stops there)."""

import os
import statistics
from functools import partial

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from learning.access_check import access

from . import figures, large_company, measure
from .user_management import person, signed_in

# SQLite is meant for companies of moderate size.
PEOPLE = int(os.environ.get("PEOPLE", 1_000_000 if connection.vendor == "postgresql" else 100_000))
ROUNDS = int(os.environ.get("ROUNDS", 40))


def pages() -> dict[str, tuple[Client, str]]:
    """Return the measured pages: the client and the address of each."""
    sam, lena = signed_in("sam"), person("lena")
    return {
        "dashboard": (signed_in("lena"), "/"),
        "modules": (signed_in("lena"), "/modules/"),
        "User Management": (sam, "/users/"),
        "User Management, a name": (sam, "/users/?q=xenia+winther"),
        "profile": (sam, f"/users/{lena.pk}/"),
        "Login as User, its form": (sam, f"/users/{lena.pk}/login-as/"),
        "access check": (sam, f"/users/{lena.pk}/access/"),
    }


def get(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code in (200, 302), (address, response.status_code)


def main() -> None:
    access.CHECKS_A_MINUTE = 1_000_000  # no user sends as many requests as a benchmark
    shops, there, size = large_company.departments(), 0, 1_000
    medians: dict[str, dict[int, float]] = {}
    while size <= PEOPLE:
        large_company.add_users(shops, size - there, first=there + 1)
        large_company.update_statistics()
        there = size
        runs = {name: partial(get, *page) for name, page in pages().items()}
        for name, times in measure.interleaved(runs, ROUNDS, warm_up=5).items():
            medians.setdefault(name, {})[size] = statistics.median(times)
            figures.keep_times("plot: growth", times, series=name, x=size)
        size *= 10
    print(f"\n{connection.vendor}: medians in ms with {get_user_model().objects.count():,} people at the end")
    print(f"{'':<32}" + "".join(f"{size:>12,}" for size in next(iter(medians.values()))))
    for name, by_size in medians.items():
        print(f"{name:<32}" + "".join(f"{median:>12.1f}" for median in by_size.values()))
    ratios = {name: by_size[there] / by_size[1_000] for name, by_size in medians.items()}
    steepest = max(ratios, key=ratios.__getitem__)
    figures.keep(
        "growth_people", ratios[steepest], low=min(ratios.values()), high=ratios[steepest],
        sizes=f"1,000 to {there:,} people: {steepest}",
    )  # fmt: skip


if __name__ == "__main__":
    main()
