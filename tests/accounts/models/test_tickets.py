"""Patterns of tickets, which can't be slow, and addresses of the ticket system, which lead nowhere else."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Organisation
from accounts.models.organisation import ModeChoice
from accounts.models.tickets import (
    TicketRules,
    leads_to_ticket,
    link,
    matches,
    validate_ticket_address,
    validate_ticket_pattern,
)
from impersonation.models import Mode
from tests.support.tickets import BROWSE, SUP_7


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


RETURNS = [SUP_7, f"{SUP_7}?focused=3", f"{SUP_7}#comment-2", f"{SUP_7}?a=b&c=%2F%2Fevil.example#d"]
HOSTILE_RETURNS = [
    "",
    "//tickets.example/browse/SUP-7",
    "//evil.example",
    "/browse/SUP-7",
    "https://evil.example/browse/SUP-7",
    "http://tickets.example/browse/SUP-7",
    "https://tickets.example:8443/browse/SUP-7",
    "https://tickets.example:443/browse/SUP-7",
    "https://tickets.example@evil.example/browse/SUP-7",
    "https://sam@tickets.example/browse/SUP-7",
    "https://tickets.example.evil.example/browse/SUP-7",
    "https://evil.example/https://tickets.example/browse/SUP-7",
    "https:/tickets.example/browse/SUP-7",
    "https:\\\\tickets.example\\browse\\SUP-7",
    " https://tickets.example/browse/SUP-7",
    "javascript:alert(1)//https://tickets.example/browse/SUP-7",
    "https://tickets.example/browse/SUP-8",
    "https://tickets.example/browse/SUP-77",
    "https://tickets.example/browse/SUP-7/",
    "https://tickets.example/browse/SUP-7/../../logout",
    "https://tickets.example/browse/SUP-7/%2e%2e/%2e%2e/logout",
    "https://tickets.example/browse/SUP-7;x",
    "https://tickets.example/browse/SUP-7&next=evil",
    "https://tickets.example/browse/SUP-7@evil.example",
    "https://tickets.example/browse/%53UP-7",
    "https://tickets.example/logout?to=/browse/SUP-7",
    "https://tickets.example/browse/SUP-7?a=\\evil",
    "https://tickets.example/browse/SUP-7?a=b\r\nSet-Cookie: c=d",
    "https://tickets.example/browse/SUP-7?a\tb",
    "https://tickets.example/browse/SUP-7?a\0b",
    "https://tickets.example/browse/SUP-7?é",
    "https://tickets.example/browse/SUP-7?" + "a" * 500,
]


@pytest.mark.parametrize("returns_to", RETURNS)
def test_an_address_of_the_ticket_leads_back(returns_to):
    assert leads_to_ticket(SUP_7, returns_to)
    assert TicketRules(address=BROWSE).way_back("SUP-7", returns_to) == returns_to


@pytest.mark.parametrize("returns_to", HOSTILE_RETURNS)
def test_any_other_address_does_not_and_the_tickets_own_is_taken(returns_to):
    assert not leads_to_ticket(SUP_7, returns_to)
    assert TicketRules(address=BROWSE).way_back("SUP-7", returns_to) == SUP_7


def test_nothing_leads_back_where_no_ticket_has_an_address():
    assert not leads_to_ticket("", "https://evil.example/")
    assert TicketRules().way_back("SUP-7", SUP_7) == ""
    assert TicketRules(address=BROWSE).way_back("", SUP_7) == ""


def test_a_ticket_in_the_query_or_the_fragment_is_compared_too():
    query, fragment = "https://tickets.example/view?id=7", "https://tickets.example/#/tickets/7"
    assert leads_to_ticket(query, f"{query}&tab=notes")
    assert not leads_to_ticket(query, "https://tickets.example/view?id=8")
    assert not leads_to_ticket(query, f"{query}8")
    assert leads_to_ticket(fragment, fragment)
    assert not leads_to_ticket(fragment, f"{fragment}&x")


@pytest.mark.parametrize("ticket", [".", "..", "..."])
def test_a_ticket_of_dots_leads_to_no_other_folder(ticket):
    assert link(BROWSE, ticket) == ""


@pytest.mark.parametrize(
    ("rules", "ticket", "code"),
    [
        (TicketRules(), "", None),
        (TicketRules(), "anything at all", None),
        (TicketRules(required=True), "anything at all", None),
        (TicketRules(required=True), "", "required"),
        (TicketRules(pattern=r"[A-Z]+-\d+"), "", None),
        (TicketRules(pattern=r"[A-Z]+-\d+"), "SUP-7", None),
        (TicketRules(pattern=r"[A-Z]+-\d+"), "sup-7", "no_ticket"),
        (TicketRules(pattern=r"[A-Z]+-\d+"), "SUP-7 and more", "no_ticket"),
        (TicketRules(pattern=r"[A-Z]+-\d+"), "SUP-" + "7" * 60, "no_ticket"),
    ],
)
def test_the_company_says_which_tickets_it_takes(rules, ticket, code):
    refused = None
    try:
        rules.validate(ticket)
    except ValidationError as error:
        refused = error.code
    assert refused == code


def test_a_ticket_of_another_form_is_no_link():
    rules = TicketRules(pattern=r"[A-Z]+-\d+", address=BROWSE)
    assert (rules.link("SUP-7"), rules.link("see the mail"), rules.link("")) == (SUP_7, "", "")
