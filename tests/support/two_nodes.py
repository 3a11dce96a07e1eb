"""Five bare Debians in a private network, installed by the commands of docs/deploy-two-nodes.md."""

import re
import shlex
import shutil
from contextlib import ExitStack, contextmanager

import chromium
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

from config.settings import BASE_DIR
from tests.support import debian, guide, object_stores
from tests.support.certificates import write_certificate
from tests.support.installed import NAME, PASSWORD, archive
from tests.support.networks import Network

PAGE = "deploy-two-nodes.md"
ADDRESSES = {
    "db1": "10.0.0.21", "db2": "10.0.0.22", "app1": "10.0.0.11", "app2": "10.0.0.12", "proxy": "10.0.0.10",
}  # fmt: skip
WORLD = "10.0.0.99"  # clients and the object store
STORE = f"http://{WORLD}:9000"
SECOND = {"db1": "db2", "app1": "app2"}  # machines with the same packages
NODES = ("app1", "app2")
RELEASE = {"db1": ["postgresql.sql"], "proxy": ["nginx.conf", "send-to"]}  # files of deploy/ that the page copies


def machines_of(block):
    """Return the machines that the first line of a block names."""
    named = re.match(r"# on ([\w ]+)\n", block.commands)
    assert named, f"no machine: {block.commands}"
    return named[1].split(" and ")


def blocks(*steps):
    """Return the blocks of these steps of the page."""
    return [block for block in guide.blocks(PAGE) if block.heading.startswith(steps)]


class TwoNodes:
    """The machines by name, and the network between them."""

    def __init__(self, folder):
        debian.require()
        self.folder, self.machines, self.primary = folder, {}, "db1"
        self.network = Network(WORLD)
        code = guide.script([block for block in guide.blocks("deploy.md") if block.heading.startswith("2.")])
        for name in ("db1", "app1", "proxy"):
            machine = self.machines[name] = self.bare(name)
            fetching = guide.script([block for block in blocks("1.") if name in machines_of(block)])
            if name in NODES:
                archive(machine.folder / "srv" / "standin.tar.gz")
                fetching += code + "declare -p RELEASE > /srv/variables\n"
            machine.prepare(fetching)
            for file in RELEASE.get(name, ()):
                shutil.copy(BASE_DIR / "deploy" / file, machine.folder / "srv" / file)
            if name in SECOND:
                other = self.machines[SECOND[name]] = debian.Machine.copied(machine, folder / SECOND[name])
                other.write("/etc/hostname", f"{SECOND[name]}\n")
            machine.write("/etc/hostname", f"{name}\n")
        self["app1"].write("/srv/first_password", f"{PASSWORD}\n", mode=0o600)
        self.bring_certificate()

    def bare(self, name):
        root = self.folder / name
        root.mkdir(mode=0o755)
        root.chmod(0o755)
        return debian.Machine(root)

    def __getitem__(self, name):
        return self.machines[name]

    def bring_certificate(self):
        """Do what the page leaves to the operator: a certificate, and a name that leads to the proxy."""
        for name, machine in self.machines.items():
            machine.write("/etc/hosts", f"127.0.0.1 localhost {name}\n{ADDRESSES['proxy']} {NAME}\n")
        tls = self["proxy"].folder / "etc" / "standin" / "tls"
        tls.mkdir(parents=True)
        tls.parent.chmod(0o755)
        write_certificate(tls, NAME)
        self.certificate = tls / "certificate.pem"
        trusted = self["proxy"].folder / "usr/local/share/ca-certificates/learning.crt"
        trusted.write_bytes(self.certificate.read_bytes())

    @contextmanager
    def running(self):
        """Boot the machines, and run the page's commands up to the proxy."""
        with ExitStack() as stack:
            stack.enter_context(self.network)
            stack.enter_context(self.object_store())
            for name, machine in self.machines.items():
                stack.enter_context(machine.booted())
                self.network.plug(machine.leader, ADDRESSES[name])
            self["proxy"].run("update-ca-certificates")
            self.follow("2.", "3.")
            for node in NODES:
                settings = [block for block in guide.blocks("deploy.md") if block.heading.startswith("4.")]
                self[node].run(guide.script(settings))
            self.follow("4.", "5.", "6.")
            yield self

    @contextmanager
    def object_store(self):
        """Run an object store with an empty bucket."""
        with self.network.entered():
            server = ThreadedMotoServer(ip_address=WORLD, port=9000, verbose=False)
            server.start()
            server.get_host_and_port()
            object_stores.client(STORE).create_bucket(Bucket=object_stores.BUCKET)
            try:
                yield
            finally:
                s3_backends.reset()  # the memory of the process, which every server shares
                server.stop()

    def follow(self, *steps):
        """Run the blocks of these steps in their order, each on its machines, and carry files as the page says."""
        for block in blocks(*steps):
            for name in machines_of(block):
                self[name].run(
                    f"{self.variables(name)}{guide.script([block])}".replace("https://objects.example", STORE)
                )
            if "> /srv/passwords/" in block.commands:
                self.carry("db1", "/srv/passwords", "db2", "app1")
            if "/srv/secrets.tar.gz --directory" in block.commands and "--create" in block.commands:
                self.carry("app1", "/srv/secrets.tar.gz", "app2")

    def variables(self, name):
        return ". /srv/variables\n" if name in NODES else ""

    def carry(self, sender, path, *receivers):
        """Copy a file or a folder from one machine to others, with its owner and mode."""
        for receiver in receivers:
            source, target = (self[name].folder / path.lstrip("/") for name in (sender, receiver))
            debian.run("cp", "--archive", source, target)

    def sql(self, statement):
        """Return the exit code and what psql says on the primary."""
        return self[self.primary].try_(
            "cd / && runuser -u postgres -- psql --no-psqlrc --quiet --tuples-only --no-align "
            f"--dbname=standin --command {shlex.quote(statement)}"
        )

    def rows(self, statement):
        """Return the rows of a statement as tuples of numbers."""
        code, said = self.sql(statement)
        assert code == 0, said
        return [tuple(map(int, line.split("|"))) for line in said.split()]

    def browser(self):
        """Return the options of a Chromium in the network."""
        found = chromium.find()
        assert found, f"no Chromium: {chromium.HOW}"
        wrapper = self.folder / "chromium"
        wrapper.write_text(f'#!/bin/sh\nexec nsenter --target={self.network.holder.pid} --net {found} "$@"\n')
        wrapper.chmod(0o755)
        rules = f"--host-resolver-rules=MAP {NAME} {ADDRESSES['proxy']}"
        return {"executable_path": str(wrapper), "chromium_sandbox": False, "args": [rules]}
