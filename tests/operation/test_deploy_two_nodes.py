"""
An installation by exactly the commands of docs/deploy-two-nodes.md: five bare Debians in a private network.

The long test needs what tests/operation/test_deploy.py needs. The others run always and need nothing.
"""

import json
import time
from collections import Counter
from functools import partial

import pytest

from tests.operation.test_deploy import main_job
from tests.support import two_nodes
from tests.support.far_load import Far, FarLoad
from tests.support.installed import NAME
from tests.support.servers import wait_for

pytestmark = pytest.mark.once
PAGES = ("/", "/events/", "/modules/", "/documents/")
SERVERS = [(two_nodes.ADDRESSES[node], port) for node in two_nodes.NODES for port in (8000, 8001)]
NONE = {}


def test_each_block_of_the_page_names_machines_that_the_page_has():
    steps = {block.heading for block in two_nodes.blocks("")}
    assert len(steps) == 8
    for block in two_nodes.blocks(""):
        assert set(two_nodes.machines_of(block)) <= set(two_nodes.ADDRESSES), block.commands
    page = (two_nodes.BASE_DIR / "docs" / two_nodes.PAGE).read_text(encoding="utf-8")
    assert {
        name for name, address in two_nodes.ADDRESSES.items() if f"`{name}`" not in page or address not in page
    } == set()


def test_load_tells_failed_requests_from_done_ones_by_stage():
    class Small:
        said = 302

        def ask(self, _path, _data=None):
            if isinstance(self.said, Exception):
                raise self.said
            return self.said, b""

    small = Small()
    with FarLoad([(small, 7)], [], range(10**9), PAGES) as load:
        load.reach("sound", each=5)
        load.reach("away")
        small.said = 503
        while not load.failed["away"][503]:
            pass
        small.said = ConnectionRefusedError()
        while not load.failed["away"]["ConnectionRefusedError"]:
            pass
        load.stage = "back"
        small.said = 302
        load.reach("back", each=5)
    assert load.failed["sound"].total() == load.failed["before"].total() == 0
    assert {person for person, _event in load.acknowledged} == {7}
    assert len(load.acknowledged) == sum(done.total() for done in load.done.values())


@pytest.fixture
def installation(tmp_path):
    """Return an installation whose page has been followed up to the proxy."""
    with two_nodes.TwoNodes(tmp_path).running() as running:
        yield running


@pytest.mark.long
def test_page_leads_from_five_bare_debians_to_a_platform_that_outlives_its_primary(installation, playwright):
    main_job(installation, playwright)
    said = installation["app1"].run("standin shell < /opt/standin/current/tests/support/tasting.py")
    people = json.loads(said.splitlines()[-1])  # before it, the shell says what it imported
    with installation.network.entered():
        writers, readers = browsers(installation, people)
        both_nodes_have_the_same_file(readers[0], people)
        with FarLoad(writers, readers, people["events"], PAGES) as load:
            load.reach("before", each=10)
            restart_of_both_nodes_loses_no_request(installation, load)
            promotion_ends_what_the_lost_primary_began(installation, load)
        for server in SERVERS:
            wait_for(partial(is_ready, readers[0], server), f"{server} to be ready")
    everything_acknowledged_is_there_and_on_record(installation, load, people)
    jobs_and_readiness_hold_on_the_new_primary(installation)


def browsers(installation, people):
    """Return two supporters who are logged in as learners, with their learners; then a learner and a supporter."""
    signed_in = []
    for email in ("supporter0", "supporter1", "learner2", "supporter2"):
        browser = Far(NAME, two_nodes.ADDRESSES["proxy"], installation.certificate)
        browser.sign_in(f"{email}@tasting.example", "standin-demo")
        signed_in.append(browser)
    writers = list(zip(signed_in[:2], people["learners"], strict=False))
    for browser, learner in writers:
        browser.log_in_as(learner)
    return writers, signed_in[2:]


def both_nodes_have_the_same_file(learner, people):
    for server in SERVERS:
        assert learner.ask("/readyz", node=server) == (200, b"ok\n")
        status, file = learner.ask(f"/documents/{people['document']}/file/", node=server)
        assert (status, file) == (200, b"Slowly, and with a clean cup.")
    print(f"ready, and with the same file: {len(SERVERS)} servers on {len(two_nodes.NODES)} nodes")


def is_ready(browser, server):
    return browser.ask("/readyz", node=server) == (200, b"ok\n")


def restart_of_both_nodes_loses_no_request(installation, load):
    def processes():
        command = "systemctl show --property=MainPID --value standin@8000 standin@8001"
        return [installation[node].run(command).split() for node in two_nodes.NODES]

    before = processes()
    load.reach("restart")
    installation.follow("7.")
    load.reach("restarted", each=10)
    assert all(set(old).isdisjoint(new) for old, new in zip(before, processes(), strict=True))
    done, failed = load.requests("restart")
    print(f"restart of both nodes: requests {done}, lost {sum(failed.values())}")
    assert (failed, load.requests("restarted")[1]) == (NONE, NONE)


def promotion_ends_what_the_lost_primary_began(installation, load):
    load.reach("lost")
    installation["db1"].lose()
    while not load.failed["lost"]:
        assert load.threads[0].is_alive()
        load.threads[0].join(0.05)
    installation.primary = "db2"
    began = time.monotonic()
    installation.follow("8.")
    load.reach("promoted", each=20)
    took = time.monotonic() - began
    load.reach("after", each=30)
    for stage in ("lost", "promoted", "after"):
        done, failed = load.requests(stage)
        print(f"{stage}: requests {done}, failed {sum(failed.values())} {failed}")
    print(f"20 answers for each browser {took:.0f} s after the promotion began")
    assert set(load.failed["lost"]) | set(load.failed["promoted"]) <= {503}
    assert load.requests("after")[1] == NONE


def everything_acknowledged_is_there_and_on_record(installation, load, people):
    there = set(installation.rows("SELECT user_id, event_id FROM learning_registration"))
    on_record = dict(
        installation.rows(
            "SELECT target_id, count(*) FROM audit_auditevent WHERE kind = 'assumed_session.changed' GROUP BY target_id"
        )
    )
    lost = {(person, int(path.split("/")[2])) for person, path in load.acknowledged} - there
    stored = Counter(person for person, _event in there)
    without_event = sum(max(0, count - on_record.get(person, 0)) for person, count in stored.items())
    print(f"acknowledged writes {len(load.acknowledged)}, lost {len(lost)}, without their event {without_event}")
    assert (lost, without_event) == (set(), 0)
    assert set(stored) <= set(people["learners"])
    assert len(load.acknowledged) > 100


def jobs_and_readiness_hold_on_the_new_primary(installation):
    for node in two_nodes.NODES:
        assert "clean" in installation[node].run("standin verify_audit --anchors /var/log/standin/anchors")
        anchors = installation[node].run("wc --lines < /var/log/standin/anchors")
        assert int(anchors) > 0
        assert installation[node].run("systemctl --failed --no-legend") == ""
    for job in ("notices", "ends", "sweep", "verify", "backup"):
        installation["app1"].run(f"systemctl start standin-job@{job}")
    print("verified with the anchors of both nodes: clean; jobs 5 of 5")
