"""The address of a request: what our own proxies wrote, and nothing that a client can write."""

import pytest
from django.test import RequestFactory

from accounts.authentication.remote_address import remote_address
from tests.support.assumed import events, post_login_as, sign_in, text

PEER = "192.0.2.9"


def address_of(peer=PEER, forwarded=None):
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return remote_address(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))


@pytest.mark.parametrize(
    ("count", "forwarded", "expected"),
    [
        (0, None, PEER),
        (0, "203.0.113.7", PEER),
        (1, None, PEER),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "198.51.100.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (2, "198.51.100.1", PEER),  # not through both proxies: anybody can have written it
        (2, ",198.51.100.1", PEER),
    ],
)
def test_only_the_entry_of_the_outermost_trusted_proxy_counts(settings, count, forwarded, expected):
    settings.TRUSTED_PROXY_COUNT = count
    assert address_of(forwarded=forwarded) == expected


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (" 203.0.113.7 ", "203.0.113.7"),
        ("203.0.113.7:4711", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("[::ffff:203.0.113.7]:4711", "203.0.113.7"),
        ("[2001:DB8::1]", "2001:db8::1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("2001:db8:0:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("unknown", PEER),
        ("", PEER),
        ("203.0.113.7' OR 1=1", PEER),
        ("203.0.113.999", PEER),
        ("203.0.113.7\r\nX: y", PEER),
        ("a" * 10_000, PEER),
    ],
)
def test_an_entry_that_is_no_address_is_not_believed(settings, entry, expected):
    settings.TRUSTED_PROXY_COUNT = 1
    assert address_of(forwarded=entry) == expected


@pytest.mark.parametrize(("peer", "expected"), [("", ""), ("/run/app.sock", ""), ("::1", "::1"), ("unix:", "")])
def test_a_connection_without_an_address_has_none(peer, expected):
    assert address_of(peer=peer) == expected


@pytest.mark.django_db
def test_the_audit_log_has_the_address_that_limits_count(client, settings, sam, lena):
    settings.TRUSTED_PROXY_COUNT = 1
    sign_in(client, sam)
    client.defaults["HTTP_X_FORWARDED_FOR"] = "198.51.100.1, [::ffff:203.0.113.7]:4711"
    assert post_login_as(client, lena).status_code == 302
    assert text(events("assumed_session.started")[0], "actor")["address"] == "203.0.113.7"
