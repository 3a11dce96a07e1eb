"""PostgreSQL that is away, frozen, restarted or failed over: what people get, and what is stored."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support import pressure

pytestmark = pytest.mark.once  # it has its own clusters, whatever database the other tests use


@pytest.fixture(scope="module")
def company():
    """Return a cluster with its people; tests leave it running."""
    with pressure.company(pairs=3, events=400, settings={"synchronous_commit": "on"}) as made:
        yield made


@pytest.fixture
def server(company, tmp_path):
    with pressure.serving(company[0].url(), tmp_path, **pressure.SHORT) as server:
        yield server


PAGES = ("/", "/users/", "/accounts/login/", "/modules/", "/no-such-page/", "/accounts/password/reset/")
FORMS = ("/accounts/login/", "/assumed-session/exit/")


def assert_unavailable(answer, path):
    status, said, after = answer
    assert (status, after) == (503, "5"), (path, status, after)
    assert "Something went wrong" in said
    assert not [word for word in ("Lena", "Sam", "psycopg", "Traceback", "OperationalError") if word in said]


def test_without_a_database_every_page_says_so_and_everything_is_back_with_it(company, server):
    cluster, people = company
    key = people["pairs"][0]["key"]
    assert "You're in <strong>" in server.ask("/", key=key)[1]
    cluster.stop()
    for path in PAGES:
        assert_unavailable(server.ask(path, key=key), path)
    assert_unavailable(server.ask("/accounts/login/", key="unknown" * 4), "/accounts/login/")
    for path in FORMS:
        form = {"login": "sam@harbour.example", "password": "standin-demo"}
        assert_unavailable(server.ask(path, key=key, data=form), path)
    assert server.ask("/readyz")[0] == 503
    assert server.ask("/healthz")[0] == 200
    assert server.ask("/static/css/site.css")[0] == 200
    cluster.start()
    assert server.ask("/accounts/login/")[0] == 200
    assert "You're in <strong>" in server.ask("/", key=key)[1]


def test_a_frozen_database_frees_the_threads_and_nothing_is_half_done(company, server):
    cluster, people = company
    pairs, event = people["pairs"], people["events"][-1]
    for pair in pairs:
        assert server.ask("/", key=pair["key"])[0] == 200
    cluster.freeze()
    try:
        with ThreadPoolExecutor(8) as pool:
            writes = [pool.submit(server.ask, f"/events/{event}/register/", key=pair["key"], data={}) for pair in pairs]
            reads = [pool.submit(server.ask, "/", key=pair["key"]) for pair in pairs]
            for asked in (*writes, *reads):
                assert_unavailable(asked.result(), "while it is frozen")
        assert server.ask("/static/css/site.css")[0] == 200
        assert_unavailable(server.ask("/accounts/login/", key=pairs[0]["key"]), "/accounts/login/")
    finally:
        cluster.thaw()
    stored = pressure.state(cluster.url())
    on_record = dict(map(tuple, stored["changed"]))
    assert stored["verified"] == 0
    for pair in pairs:
        count = sum(user == pair["target"] for user, _event in stored["registrations"])
        assert count == on_record.get(pair["target"], 0)
    until_it_answers(server, "/", key=pairs[0]["key"])


def until_it_answers(server, path, **browser):
    """Ask until the page is there; the process rests for a second after a silence, before it connects again."""
    for _attempt in range(2000):
        if server.ask(path, **browser)[0] == 200:
            return
    raise AssertionError("it does not come back")


@pytest.mark.long
@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_restart_under_load_loses_nothing_that_was_acknowledged(mode, company, server):
    cluster, people = company
    with pressure.Load(server, people) as load:
        load.reach("before", writes=20)
        cluster.restart(mode)
        load.reach("after", writes=20)
    load.assert_nothing_is_missing(pressure.state(cluster.url()), what=f"restart, {mode}")


@pytest.mark.long
def test_a_standby_that_is_promoted_under_load_has_everything_that_was_acknowledged(tmp_path):
    settings = {"synchronous_commit": "on"}
    with (
        pressure.company(pairs=3, events=400, settings=settings) as (first, people),
        first.standby() as second,
    ):
        first.set("synchronous_standby_names", "standby")
        url = f"postgres://postgres@127.0.0.1:{first.port},127.0.0.1:{second.port}/standin"
        with (
            pressure.serving(f"{url}?target_session_attrs=read-write", tmp_path, **pressure.SHORT) as server,
            pressure.Load(server, people) as load,
        ):
            load.reach("before", writes=20)
            first.stop("immediate")
            second.promote()
            load.reach("after", writes=20)
        load.assert_nothing_is_missing(pressure.state(second.url()), what="failover")
