"""Standin in a bare Debian, installed by the commands of docs/deploy.md, and clients in its network."""

import json
import shlex
import subprocess
from contextlib import contextmanager

import chromium

from config.settings import BASE_DIR
from tests.support import debian, guide
from tests.support.certificates import write_certificate

NAME = "learning.example"
OWNER, PASSWORD = "owner@learning.example", "a harbour with nine boats"
# These steps fetch packages, so they run before the Debian gets a network of its own.
WITH_A_NETWORK = ("1.", "2.")
AFTER_A_LOSS = "12."
SMALL = "SQLite, the small choice"
ASK_SQLITE = """
import sqlite3, sys
with sqlite3.connect("/var/lib/standin/standin.sqlite3") as database:
    for row in database.execute(sys.argv[1]):
        print(*row, sep="|")
"""
# Many requests one after the other, from inside: what each thread got, and what failed.
LOAD = """
import http.client, json, ssl, sys, threading
from urllib.parse import urlencode
name, threads = sys.argv[1], int(sys.argv[2])
answers, lost, lock, stop = {}, [], threading.Lock(), threading.Event()
trusted = ssl.create_default_context()
def ask(number):
    while not stop.is_set():
        number += 1
        method = "POST" if number % 4 == 0 else "GET"
        try:
            line = http.client.HTTPSConnection(name, timeout=60, context=trusted)
            body = urlencode({"login": "nobody@harbour.example", "password": "x"}) if method == "POST" else None
            kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
            line.request(method, "/accounts/login/", body, kind)
            status = line.getresponse().status
            line.close()
        except OSError as error:
            status = repr(error)
        with lock:
            answers[f"{method} {status}"] = answers.get(f"{method} {status}", 0) + 1
            if not isinstance(status, int) or status >= 500:
                lost.append(f"{method} {status}")
workers = [threading.Thread(target=ask, args=(number,)) for number in range(threads)]
for worker in workers: worker.start()
print("started", flush=True)
sys.stdin.readline()
stop.set()
for worker in workers: worker.join()
print(json.dumps({"answers": answers, "lost": lost}))
"""


def archive(file):
    """Write the files of the working tree, those that are ignored left out, as the archive of a release."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=BASE_DIR, capture_output=True, check=True,
    ).stdout  # fmt: skip
    there = b"\0".join(name for name in listed.split(b"\0") if name and (BASE_DIR / name.decode()).is_file())
    subprocess.run(
        ["tar", "--create", "--gzip", f"--file={file}", "--null", "--files-from=-", "--transform=s,^,standin/,",
         "--owner=0", "--group=0", "--mode=u=rwX,go=rX"],
        cwd=BASE_DIR, input=there, check=True,
    )  # fmt: skip


def blocks_of_the_guide():
    return [block for block in guide.blocks("deploy.md") if block.heading != SMALL]


def blocks_of_the_small_choice():
    """Return the blocks of the guide as its section about SQLite changes them."""
    there = guide.blocks("deploy.md")
    [named] = [block for block in there if block.heading == SMALL]
    found = []
    for block in there:
        if block.heading.startswith("3.") or block is named:
            continue
        lines = [line for line in block.commands.splitlines() if "psql" not in line]
        if block.heading.startswith("5."):
            lines = [line.replace("standin --owner migrate", "standin migrate") for line in lines]
        if block.heading.startswith(("11.", "12.")):
            lines = [line if "collectstatic" in line else with_one_account(line) for line in lines]
        found.append(block._replace(commands="\n".join(lines) + "\n"))
        if block.heading.startswith("4."):
            found.append(named)
    return found


def with_one_account(line):
    return line.replace("standin --owner", "standin").replace("standin_owner", "standin")


class Installation:
    """A Debian that the guide's commands have been run in. small: with SQLite, as its last section says."""

    def __init__(self, folder, *, small=False):
        debian.require()
        root = folder / "debian"
        root.mkdir(mode=0o755)
        root.chmod(0o755)
        self.folder, self.small = folder, small
        self.machine = debian.Machine(root)
        archive(root / "srv" / "standin.tar.gz")
        self.blocks = blocks_of_the_small_choice() if small else blocks_of_the_guide()
        fetching = [block for block in self.blocks if block.heading.startswith(WITH_A_NETWORK)]
        self.after_a_loss = [block for block in self.blocks if block.heading.startswith(AFTER_A_LOSS)]
        self.others = [block for block in self.blocks if block not in fetching + self.after_a_loss]
        self.machine.prepare(guide.script(fetching) + "declare -p RELEASE > /srv/variables\n")
        self.machine.write("/srv/first_password", f"{PASSWORD}\n", mode=0o600)
        self.machine.write("/etc/hosts", f"127.0.0.1 localhost {NAME}\n")

    @contextmanager
    def running(self):
        """Boot the Debian, and run the guide's other commands; stop it at the end."""
        with self.machine.booted():
            self.bring_certificate()
            self.machine.run(f". /srv/variables\n{guide.script(self.others)}")
            yield self

    def bring_certificate(self):
        """Do what the guide leaves to the operator: a certificate that the machine trusts."""
        tls = self.machine.folder / "etc" / "standin" / "tls"
        tls.mkdir(parents=True)
        write_certificate(tls, NAME)
        trusted = self.machine.folder / "usr/local/share/ca-certificates/learning.crt"
        trusted.write_bytes((tls / "certificate.pem").read_bytes())
        self.machine.run("chmod 0755 /etc/standin && update-ca-certificates")

    def ask(self, address, *options):
        """Return the status and the body of what curl gets from inside."""
        words = shlex.join(["curl", "--silent", "--write-out", "\n%{http_code}", *options, address])
        body, _, status = self.machine.run(words).rpartition("\n")
        return int(status), body

    def sql(self, statement, account="standin"):
        """Return the exit code and what the database says to a statement of an account."""
        if self.small:
            words = [
                "runuser",
                "-u",
                account,
                "--",
                "/opt/standin/current/.venv/bin/python",
                "-c",
                ASK_SQLITE,
                statement,
            ]
            return self.machine.try_(shlex.join(words))
        return self.machine.try_(
            f"runuser -u {account} -- psql --no-psqlrc --quiet --tuples-only --no-align "
            f"--dbname=standin --command {shlex.quote(statement)}"
        )

    def main_process(self, port):
        return int(self.machine.run(f"systemctl show --property=MainPID --value standin@{port}"))

    def workers(self, port):
        """Return the children of the main process, as the Debian numbers them."""
        return self.machine.run(f"ps --no-headers -o pid --ppid {self.main_process(port)}").split()

    @contextmanager
    def under_load(self, threads=4):
        """Send requests through HTTPS until the block ends. Yield a dictionary that then holds what came back."""
        result = {}
        command = self.machine.enter("/usr/bin/python3", "-c", LOAD, NAME, str(threads))
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
            assert client.stdout.readline() == "started\n"
            try:
                yield result
            finally:
                said, _ = client.communicate("stop\n", timeout=120)
            result |= json.loads(said)

    def browser(self):
        """Return the options of a Chromium in the Debian's network."""
        found = chromium.find()
        assert found, f"no Chromium: {chromium.HOW}"
        wrapper = self.folder / "chromium"
        wrapper.write_text(f'#!/bin/sh\nexec nsenter --target={self.machine.leader} --net {found} "$@"\n')
        wrapper.chmod(0o755)
        return {
            "executable_path": str(wrapper),
            "chromium_sandbox": False,
            "args": [f"--host-resolver-rules=MAP {NAME} 127.0.0.1"],
        }
