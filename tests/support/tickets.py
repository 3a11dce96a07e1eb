"""The ticket rules of a company in tests, and the link of a ticket."""

from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Organisation

BROWSE = "https://tickets.example/browse/{ticket}"
SUP_7 = "https://tickets.example/browse/SUP-7"


def ticket_rules_of_company(*, address=BROWSE, pattern=r"[A-Z]+-\d+", required=False):
    """Store the company's rules of tickets."""
    rules = {"ticket_address": address, "ticket_pattern": pattern, "ticket_required": required}
    Organisation.objects.update_or_create(pk=1, defaults=rules)


def ticket_link(person, ticket="SUP-7", **more):
    """Return the link that a ticket system shows. more: further parameters; write `return` as `**{"return": …}`."""
    return f"{reverse('login_as_from_ticket')}?{urlencode({'person': person, 'ticket': ticket} | more)}"
