"""Cost of a pooler of transactions: an assumed request with prepared statements and without, and through PgBouncer."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.test import Client

from tests.support import poolers

from . import measure
from .assumed_session import person, sign_in

ROUNDS = 300


class Contender:
    """A way to connect, with its own connection to the same database."""

    def __init__(self, client: Client, *, pooler: str | None = None, address: str = ""):
        self.client, self.raw = client, None
        self.options = settings.DATABASES["default"]["OPTIONS"] | {"pooler": pooler}
        self.host = {}
        if address:
            found = urlsplit(address)
            self.options = {name: value for name, value in self.options.items() if name not in ("host", "port")}
            self.host = {"HOST": found.hostname, "PORT": found.port, "USER": found.username}
        self.settings = connection.settings_dict | {"OPTIONS": self.options} | self.host

    def __call__(self) -> None:
        connection.connection, connection.settings_dict = self.raw, self.settings
        response = self.client.get("/modules/")
        assert response.status_code == 200, response.status_code
        self.raw = connection.connection


class Server:
    """The cluster of the benchmark, as poolers want it."""

    def __init__(self) -> None:
        options = connection.settings_dict["OPTIONS"]
        self.folder, self.port = Path(options["host"]), int(options.get("port", 5432))


def main() -> None:
    found = poolers.find()
    if connection.vendor != "postgresql":
        print("\nPooler: PostgreSQL alone has one", flush=True)
        return
    client = Client(raise_request_exception=True)
    sign_in(client, "owner")
    data = {"category": "other", "text": "Benchmark of the pooler", "ticket": "B-1", "mode": "act"}
    started = client.post(f"/users/{person('lena').pk}/login-as/", data)
    assert started.status_code == 302, started.status_code
    usual = connection.settings_dict
    contenders = {
        "direct, prepared": Contender(client),
        "direct, nothing prepared": Contender(client, pooler="transaction"),
    }
    try:
        if not found:
            print(f"\nPgBouncer is not on this machine: measured without it ({sys.platform})", flush=True)
            report(contenders)
            return
        with poolers.running(found[0], Server(), name=settings.DATABASES["default"]["NAME"]) as address:
            contenders["PgBouncer, transaction"] = Contender(client, pooler="transaction", address=address)
            contenders["PgBouncer, session"] = Contender(client, pooler="session", address=address)
            report(contenders)
    finally:
        connection.connection, connection.settings_dict = contenders["direct, prepared"].raw, usual


def report(contenders: dict[str, Contender]) -> None:
    times = measure.interleaved(contenders, ROUNDS)
    print("\nThe list of modules in an assumed session, by the way to the database", flush=True)
    print(measure.table(times, beside="direct, prepared"), flush=True)
