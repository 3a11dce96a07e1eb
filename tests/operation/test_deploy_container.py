"""The image of deploy/Containerfile, built on a Debian of our own without a registry, and the compose file."""

import re
import shutil
import subprocess

import pytest

from config.settings import BASE_DIR
from tests.support import debian
from tests.support.servers import free_port

pytestmark = pytest.mark.once  # no database has a say in it
CONTAINERFILE = (BASE_DIR / "deploy" / "Containerfile").read_text(encoding="utf-8")
COMPOSE = (BASE_DIR / "deploy" / "compose.yaml").read_text(encoding="utf-8")
SETTINGS = (
    "SECRET_KEY=only-for-this-test-and-long-enough-for-everything-that-is-signed",
    "AUDIT_KEYS=k1:only-for-this-test-of-a-container",
    "SECOND_FACTOR_KEYS=k1:only-for-this-test-of-a-container",
    "SITE_URL=https://learning.example",
    "EMAIL_URL=consolemail://",
    "DATABASE_URL=sqlite:////tmp/standin.sqlite3",
)
PROBE = """
(python -m config.server & echo $! > /tmp/pid) 2>/tmp/log
for attempt in $(seq 300); do python -c "$CHECK" 2>/dev/null && break; sleep 0.2; done
python -c "$CHECK" && echo "healthy after $attempt"
kill $(cat /tmp/pid)
"""


def health_check():
    return re.search(r'"-c", "(.+)"\]', CONTAINERFILE)[1]


def test_image_runs_as_nobody_with_what_the_lock_names():
    assert re.search(r"^USER 10001:10001$", CONTAINERFILE, re.MULTILINE)
    assert CONTAINERFILE.index("RUN SECRET_KEY") < CONTAINERFILE.index("USER 10001")
    assert "--require-hashes" in CONTAINERFILE
    assert "requirements-production.lock" in CONTAINERFILE
    compile(health_check(), "HEALTHCHECK", "exec")


def test_compose_file_names_each_secret_and_file_that_it_uses():
    used = set(re.findall(r"/run/secrets/(\w+)", COMPOSE))
    settings = (BASE_DIR / "deploy" / "container.env").read_text(encoding="utf-8")
    used |= set(re.findall(r"/run/secrets/(\w+)", settings))
    assert used <= set(re.findall(r"^  (\w+): \{file: secrets/\1\}$", COMPOSE, re.MULTILINE))
    mounted = set(re.findall(r"(?:\[|- |, )(\.{1,2}/[\w./-]+):/", COMPOSE)) - {"./tls"}
    assert len(mounted) == 4
    assert {name for name in mounted if not (BASE_DIR / "deploy" / name).exists()} == set()


def test_compose_file_takes_from_the_application_what_it_does_not_need():
    shared = COMPOSE.partition("x-standin:")[2].partition("\nservices:")[0]
    for line in ("read_only: true", "cap_drop: [ALL]", "security_opt: [no-new-privileges:true]"):
        assert line in shared
    ours = re.findall(r"^  (\w+):\n    <<: \*standin$", COMPOSE, re.MULTILINE)
    assert ours == ["migrate", "app", "notices", "daily"]


@pytest.mark.long
def test_image_is_built_and_its_server_is_healthy(tmp_path):
    """Build on a Debian with Python; buildah's chroot isolation needs no container runtime."""
    debian.require()
    debian.install("buildah")
    if not shutil.which("buildah"):
        raise debian.NotHere("The image is built by buildah: install it.")
    root = tmp_path / "base"
    root.mkdir(mode=0o755)
    root.chmod(0o755)
    machine = debian.Machine(root)
    machine.prepare("apt-get update && apt-get install --yes --no-install-recommends python3-venv ca-certificates")
    debian.run("tar", "--create", "--numeric-owner", f"--file={tmp_path}/base.tar", f"--directory={root}", ".")
    store = [f"--root={tmp_path}/store", f"--runroot={tmp_path}/run", "--storage-driver=vfs"]
    buildah = ["buildah", *store]
    base = debian.run(*buildah, "from", "scratch").strip()
    debian.run(*buildah, "add", base, tmp_path / "base.tar", "/")
    debian.run(*buildah, "commit", "--quiet", base, "localhost/standin-base")
    debian.run(
        *buildah, "bud", "--isolation=chroot", "--pull-never", "--format=docker", "--tag=localhost/standin",
        "--build-arg=BASE=localhost/standin-base", "--build-arg=PIP_OPTIONS=--no-index --find-links=/wheels",
        f"--volume={debian.wheels(BASE_DIR / 'requirements-production.lock')}:/wheels:ro",
        "--file=deploy/Containerfile", ".", cwd=BASE_DIR,
    )  # fmt: skip
    container = debian.run(*buildah, "from", "--pull-never", "localhost/standin").strip()
    inside = [*buildah, "run", "--isolation=chroot", *(f"--env={setting}" for setting in SETTINGS)]
    inside += [f"--env=CHECK={health_check()}", "--env=WORKERS=1", f"--env=PORT={free_port()}"]
    assert debian.run(*inside, container, "--", "id", "--user").strip() == "10001"
    changed = subprocess.run([*inside, container, "--", "touch", "/opt/standin/current/manage.py"], capture_output=True)
    assert b"Permission denied" in changed.stderr
    debian.run(*inside, container, "--", "python", "manage.py", "check", "--deploy")
    print(debian.run(*inside, container, "--", "sh", "-c", PROBE).strip())
