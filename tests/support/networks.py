"""A private network: a switch in a network namespace of its own, which machines of a test are plugged into."""

import ctypes
import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

from tests.support.servers import wait_for

C = ctypes.CDLL(None, use_errno=True)
NEW_NETWORK = 0x40000000  # CLONE_NEWNET of setns(2)


class Network:
    """A switch that also has an address of its own, from which a test takes part."""

    def __init__(self, address):
        self.address, self.plugged = address, 0

    def __enter__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        own = os.readlink("/proc/self/ns/net")
        there = Path(f"/proc/{self.holder.pid}/ns/net")
        wait_for(lambda: os.readlink(there) != own, "the network", self.holder)
        self.ip("link", "add", "switch", "type", "bridge")
        self.ip("address", "add", f"{self.address}/24", "dev", "switch")
        for name in ("lo", "switch"):
            self.ip("link", "set", name, "up")
        return self

    def __exit__(self, *_error):
        self.holder.kill()
        self.holder.wait()

    def ip(self, *words, process=None):
        """Run `ip` in the network of the switch, or of a process."""
        command = ["nsenter", f"--target={process or self.holder.pid}", "--net", "ip", *words]
        subprocess.run(command, check=True, capture_output=True, text=True)

    def plug(self, process, address):
        """Give the network of a process a line to the switch, with an address."""
        self.plugged += 1
        port = f"port{self.plugged}"
        self.ip("link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", str(process))
        self.ip("link", "set", port, "master", "switch", "up")
        self.ip("address", "add", f"{address}/24", "dev", "eth0", process=process)
        self.ip("link", "set", "eth0", "up", process=process)

    @contextmanager
    def entered(self):
        """Take part in the network: sockets, threads and processes that this thread makes in the block are there."""
        with open("/proc/thread-self/ns/net") as own, open(f"/proc/{self.holder.pid}/ns/net") as there:
            assert C.setns(there.fileno(), NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())
            try:
                yield
            finally:
                assert C.setns(own.fileno(), NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())
