"""The service manager (systemd), which is told when the server is ready, if it asked for that with Type=notify."""

import os
import socket
import time


def notify(state: str) -> None:
    """Send a state such as READY=1 to the socket that NOTIFY_SOCKET names; do nothing if there is none."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    if state == "RELOADING=1":
        state += f"\nMONOTONIC_USEC={time.monotonic_ns() // 1000}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
        try:
            line.connect(f"\0{address[1:]}" if address.startswith("@") else address)
            line.sendall(state.encode())
        except OSError:
            return  # a manager that is gone is no reason to stop
