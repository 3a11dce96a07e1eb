"""
An installation by exactly the commands of docs/deploy.md: a bare Debian with its own systemd and network.

It needs root, apt-get, debootstrap and systemd-nspawn (tests/support/debian.py gets the last two), and fails with a
sentence where it can't run. tests/operation/test_deploy_files.py needs none of it and runs always.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.support import guide
from tests.support.browser import LOGIN_AS_USER, explain
from tests.support.import_files import rows
from tests.support.installed import NAME, OWNER, PASSWORD, Installation

pytestmark = [pytest.mark.long, pytest.mark.once]
SITE = f"https://{NAME}"
LENA = "Lena Sørensen"
PEOPLE = rows(
    "H-1,Lena,Sørensen,lena@harbour.example,Harbour Coffee / Nørreport,Barista,Active",
    "H-2,Sam,Okafor,sam@harbour.example,Harbour Coffee / Support,Support,Active",
)
READY = "curl --silent --fail --header 'Host: learning.example' http://127.0.0.1:{port}/readyz"


@pytest.fixture
def installation(tmp_path):
    """Return an installation whose guide has been followed to its end; a new release included."""
    with Installation(tmp_path).running() as running:
        yield running


def test_guide_leads_from_a_bare_debian_to_the_main_job(installation, playwright):
    entrance_is_https_alone(installation)
    units_are_sound(installation)
    main_job(installation, playwright)
    erasures_come_into_the_backup(installation)
    every_job_does_its_work(installation)
    application_can_not_alter_the_log(installation)
    secrets_are_for_few(installation)
    servers_come_back(installation)
    restart_loses_no_request(installation)
    backup_holds_what_was_done(installation)
    restore_is_declared(installation)


def test_small_choice_leads_there_too(tmp_path, playwright):
    """With SQLite, as the last section of the guide changes its steps."""
    with Installation(tmp_path, small=True).running() as installation:
        entrance_is_https_alone(installation)
        units_are_sound(installation)
        main_job(installation, playwright)
        every_job_does_its_work(installation)
        secrets_are_for_few(installation)
        restart_loses_no_request(installation)
        backup_holds_what_was_done(installation)
        small_restore_is_declared(installation)


def small_restore_is_declared(installation):
    installation.machine.run("systemctl start standin-job@backup")
    installation.machine.run("standin erase_user sam@harbour.example --legal-basis 'GDPR 17' --yes")
    said = installation.machine.run(guide.script(installation.after_a_loss))
    for sentence in ("Restored: 3 people", "Declared: ", "1 erasures repeated."):
        assert sentence in said
    assert ": clean" in said
    assert installation.ask(f"{SITE}/readyz") == (200, "ok\n")
    assert installation.machine.run("systemctl --failed --no-legend") == ""
    assert installation.machine.run("find /var/lib/standin /var/log/standin ! -user standin") == ""


def entrance_is_https_alone(installation):
    assert installation.ask(f"{SITE}/healthz") == (200, "ok\n")
    assert installation.ask(f"{SITE}/readyz") == (200, "ok\n")
    status, head = installation.ask(f"http://{NAME}/users/", "--head")
    assert status == 301
    assert f"Location: {SITE}/users/" in head
    assert installation.ask(f"{SITE}/metrics")[0] == 404
    assert installation.machine.try_(f"curl --silent --tls-max 1.1 {SITE}/healthz")[0] == 35
    other_name = ["--connect-to", f"other.example:443:{NAME}:443", "--insecure"]
    assert installation.machine.try_(f"curl --silent {' '.join(other_name)} https://other.example/")[0] == 35
    too_large = "head --bytes=75000000 /dev/zero > /srv/large"
    installation.machine.run(too_large)
    assert installation.ask(f"{SITE}/accounts/login/", "--form", "file=@/srv/large")[0] == 413
    print("HTTPS alone, unknown names refused, 75 MB refused")


def units_are_sound(installation):
    said = installation.machine.run("systemd-analyze verify /etc/systemd/system/standin* 2>&1")
    assert "standin" not in said
    exposure = installation.machine.run("systemd-analyze security --no-pager standin@8000 | tail --lines=1")
    assert float(re.search(r": ([\d.]+)", exposure)[1]) < 3
    assert installation.machine.run("systemctl --failed --no-legend") == ""
    print(f"units are sound; {exposure.strip()}")


def main_job(installation, playwright):
    chromium = playwright.chromium.launch(**installation.browser())
    context = chromium.new_context(ignore_https_errors=True, viewport={"width": 1280, "height": 860})
    tab = context.new_page()
    sign_in(tab, f"{SITE}/users/")
    tab.get_by_role("main").get_by_role("link", name="Import people").last.click()
    tab.get_by_label("File", exact=True).set_input_files(
        files=[{"name": "people.csv", "mimeType": "text/csv", "buffer": PEOPLE.encode()}]
    )
    tab.get_by_role("button", name="See what would change").click()
    expect(tab.get_by_role("heading", name="What the columns are")).to_be_visible()
    tab.get_by_role("button", name="See what would change").click()
    tab.get_by_role("button", name="Import 2 people").click()
    expect(tab.get_by_text("Imported: 2 new.")).to_be_visible()

    tab.goto(f"{SITE}/users/?q=lena")
    tab.get_by_role("button", name=f"Actions for {LENA}").click()
    tab.get_by_role("link", name=LOGIN_AS_USER).click()
    form = tab.get_by_role("dialog")
    explain(form)
    form.get_by_role("button", name="Act for Lena").click()
    expect(tab.get_by_role("heading", name="Hello, Lena")).to_be_visible()
    bar = tab.get_by_role("region", name="Assumed session")
    expect(bar).to_contain_text(f"You're in {LENA}'s account")
    bar.get_by_role("button", name="Exit assumed session").click()
    expect(tab.get_by_text("You exited the assumed session.")).to_be_visible()
    expect(bar).to_have_count(0)
    chromium.close()
    assert installation.sql("SELECT count(*) FROM impersonation_assumedsession WHERE ended_at IS NOT NULL") == (
        0,
        "1\n",
    )
    print("main job: signed in, imported 2 people, logged in as Lena, exited")


def sign_in(tab, address):
    tab.goto(address)
    tab.get_by_label("Email").fill(OWNER)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in").click()
    expect(tab).not_to_have_url(re.compile("/accounts/login/"))


def erasures_come_into_the_backup(installation):
    """Check that the backup, which the application writes, can read the list that the owner of the tables made."""
    installation.machine.run("standin --owner erase_user lena@harbour.example --legal-basis 'GDPR 17' --yes")
    listed = installation.machine.run("stat --format='%a %U %G' /var/log/standin/anchors.erasures")
    assert listed.strip() == "660 standin_owner standin"
    installation.machine.run("runuser -u standin -- cat /var/log/standin/anchors.erasures")


def every_job_does_its_work(installation):
    for job in ("notices", "ends", "sweep", "verify", "backup"):
        installation.machine.run(f"systemctl start standin-job@{job}")
    _code, events = installation.sql("SELECT count(*) FROM audit_auditevent")
    anchors = installation.machine.run("cat /var/log/standin/anchors").splitlines()
    assert int(events) >= len(anchors) > 0
    print(f"jobs: 5 of 5; events {events.strip()}, anchors {len(anchors)}")


def application_can_not_alter_the_log(installation):
    for change in ("DELETE FROM audit_auditevent", "UPDATE audit_auditevent SET seq = 0", "TRUNCATE audit_auditevent"):
        code, said = installation.sql(change)
        assert (code, "permission denied for table audit_auditevent" in said) == (1, True)
    assert installation.sql("DROP TRIGGER audit_auditevent_delete ON audit_auditevent")[0] == 1
    assert installation.sql("SELECT 1", account="www-data")[0] != 0
    as_owner = installation.machine.try_(
        "runuser -u standin -- psql --username=standin_owner --dbname=standin --command 'SELECT 1'"
    )
    assert "Peer authentication failed" in as_owner[1]


def secrets_are_for_few(installation):
    for path in ("/etc/standin/secrets/audit_keys", "/etc/standin/environment", "/var/log/standin/anchors"):
        assert installation.machine.try_(f"runuser -u www-data -- cat {path}")[0] == 1
    writable = "find /opt/standin /etc/standin -writable -not -type l -not -path '*/static_root*'"
    assert installation.machine.run(f"runuser -u standin -- {writable} 2>/dev/null || true") == ""
    assert installation.machine.try_("runuser -u standin -- cat /etc/standin/tls/key.pem")[0] == 1
    environments = installation.machine.run(f"tr '\\0' '\\n' < /proc/{installation.main_process(8000)}/environ")
    assert "AUDIT_KEYS_FILE=" in environments
    assert "AUDIT_KEYS=" not in environments


def servers_come_back(installation):
    for port in (8000, 8001):
        [worker] = installation.workers(port)
        installation.machine.run(f"kill -9 {worker}")
        installation.machine.wait(READY.format(port=port))
        installation.machine.wait(f"! kill -0 {worker}")
        main = installation.main_process(port)
        installation.machine.run(f"kill -9 {main}")
        installation.machine.wait(f"test $(systemctl show --property=MainPID --value standin@{port}) -ne {main}")
        installation.machine.wait(READY.format(port=port))
        assert installation.main_process(port) not in (0, main)
    installation.machine.run("systemctl restart postgresql")
    installation.machine.wait(READY.format(port=8000))
    assert installation.ask(f"{SITE}/readyz") == (200, "ok\n")
    print("killed: 2 workers, 2 servers; all came back")


def restart_loses_no_request(installation):
    for how in ("/opt/standin/current/deploy/rolling-restart", "systemctl reload standin@8000"):
        before = [installation.main_process(port) for port in (8000, 8001)]
        with installation.under_load() as result:
            installation.machine.run(how)
        renewed = not {installation.main_process(port) for port in (8000, 8001)} & set(before)
        assert renewed == (how != "systemctl reload standin@8000")
        answers, lost = result["answers"], result["lost"]
        print(f"{how}: requests {sum(answers.values())}, lost {len(lost)}, {answers}")
        assert lost == []
        assert answers["GET 200"] > 0
        assert answers["POST 403"] > 0


def backup_holds_what_was_done(installation):
    said = installation.machine.run(
        "/opt/standin/current/deploy/restore-drill "
        "\"$(find /var/backups/standin -name '*.standin' | sort | tail --lines=1)\""
    )
    assert "Restored: 3 people" in said
    assert ": clean" in said
    assert installation.machine.run("stat --format=%a%U /var/backups/standin").strip() == "700standin"
    print(said.strip().splitlines()[-1])


def restore_is_declared(installation):
    """Lose what was done since the backup. The log says so, is clean, and the erasure that was lost is repeated."""
    installation.machine.run("systemctl start standin-job@backup")
    erased = "standin --owner erase_user sam@harbour.example --legal-basis 'GDPR 17' --yes"
    installation.machine.run(erased)
    installation.machine.run("standin verify_audit --anchors /var/log/standin/anchors")
    said = installation.machine.run(guide.script(installation.after_a_loss))
    for sentence in ("Restored: 3 people", "Grants were given again to standin.", "Declared: ", "1 erasures repeated."):
        assert sentence in said
    assert ": clean" in said
    assert installation.ask(f"{SITE}/readyz") == (200, "ok\n")
    installation.machine.run("standin verify_audit --anchors /var/log/standin/anchors")
    installation.machine.run("systemctl start standin-job@backup standin-job@verify")
    assert installation.machine.run("find /var/lib/standin /var/log/standin ! -user standin -name '[au]*'").split() == [
        "/var/log/standin/anchors.erasures"
    ]
    print(next(line for line in said.splitlines() if line.startswith("Declared")))
