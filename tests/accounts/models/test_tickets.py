"""Patterns of tickets, which can't be slow, and addresses of the ticket system, which lead nowhere else."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Organisation
from accounts.models.organisation import ModeChoice
from accounts.models.tickets import link, matches, validate_ticket_address, validate_ticket_pattern
from impersonation.models import Mode


@pytest.mark.parametrize(
    ("pattern", "fits", "fails"),
    [
        ("", ["anything at all", ""], []),
        (r"[A-Z]+-\d+", ["SUP-7", "HELPDESK-12345"], ["sup-7", "SUP-", "SUP-7 ", "SUP-7\n", "SUP-٧", "xSUP-7"]),
        (r"INC\d{7}", ["INC0012345"], ["INC123", "INC00123456"]),
        (r"[A-Za-z_]{2,4}#\d+", ["ab#1", "A_BC#22"], ["a#1", "abcde#1", "A" * 60]),
        (r"v1\.2/\d", ["v1.2/3"], ["v1x2/3"]),
    ],
)
def test_a_pattern_fits_the_whole_ticket(pattern, fits, fails):
    validate_ticket_pattern(pattern)
    assert [matches(pattern, ticket) for ticket in fits] == [True] * len(fits)
    assert [matches(pattern, ticket) for ticket in fails] == [False] * len(fails)


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("(a+)+", "unreadable"),
        ("a*", "unreadable"),
        ("a?", "unreadable"),
        ("a++", "unreadable"),
        (".+", "unreadable"),
        ("[^A]", "unreadable"),
        ("[]", "unreadable"),
        ("A|B", "unreadable"),
        (r"\w+", "unreadable"),
        (r"\1", "unreadable"),
        ("a{1000}", "unreadable"),
        ("a{٣}", "unreadable"),
        ("[A-", "unreadable"),
        ("a+a+a+a+", "too_slow"),
        ("[Z-A]", "backwards"),
        ("a{5,3}", "backwards"),
    ],
)
def test_a_pattern_that_could_be_slow_or_misread_is_refused(pattern, code):
    with pytest.raises(ValidationError) as refused:
        validate_ticket_pattern(pattern)
    assert refused.value.code == code
    assert refused.value.messages  # the sentence has all its values


@pytest.mark.parametrize(
    "address",
    [
        "https://tickets.example/browse/{ticket}",
        "https://tickets.example:8443/?id={ticket}#top",
        "https://[::1]/{ticket}",
    ],
)
def test_an_address_has_the_place_of_the_ticket(settings, address):
    settings.PLAIN_HTTP = False
    validate_ticket_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://tickets.example/{ticket}",
        "javascript:alert('{ticket}')",
        "//tickets.example/{ticket}",
        "https:///{ticket}",
        "https://{ticket}.example/",
        "https://{ticket}@tickets.example/",
        "https://me@tickets.example/{ticket}",
        "https://tickets.example:port/{ticket}",
        "https://tickets.example\\@other.example/{ticket}",
        "https://tickets.example/ {ticket}",
        "https://tickets.example/{ticket}\n",
        "https://[::1/{ticket}",
        "https://tickets.example/browse/",
        "https://tickets.example/{ticket}/{ticket}",
    ],
)
def test_any_other_address_is_refused(settings, address):
    settings.PLAIN_HTTP = False
    with pytest.raises(ValidationError):
        validate_ticket_address(address)


def test_plain_http_is_for_plain_http_alone(settings):
    settings.PLAIN_HTTP = True
    validate_ticket_address("http://localhost:9000/{ticket}")


def test_a_ticket_can_not_leave_its_place_in_the_address():
    address = "https://tickets.example/browse/{ticket}"
    assert link(address, "SUP-7") == "https://tickets.example/browse/SUP-7"
    assert link(address, "../a?b=c#d é") == "https://tickets.example/browse/..%2Fa%3Fb%3Dc%23d%20%C3%A9"
    assert (link("", "SUP-7"), link(address, "")) == ("", "")


def test_the_modes_of_the_company_are_those_of_assumed_sessions():
    assert dict(ModeChoice.choices) == {mode.value: str(mode.label) for mode in Mode}
    assert Organisation().default_mode == Mode.LOOK_ONLY
