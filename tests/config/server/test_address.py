"""The sockets of the production server; what listens and what is refused is in tests/operation/test_server.py."""

import socket

import pytest

from config.server import address


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_end_of_a_page_waits_for_no_acknowledgement_of_its_beginning(host):
    """Head and body are written apart, and a client acknowledges the first of them after some 40 ms."""
    for listener in (listeners := address.listen(host, 0, 2)):
        listener.setblocking(True)
        with socket.create_connection(listener.getsockname()[:2]):
            accepted, _peer = listener.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    for listener in listeners:
        listener.close()
