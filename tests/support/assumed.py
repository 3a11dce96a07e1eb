"""Sign-in and assumed sessions in tests, started through the real view and all middleware."""

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.urls import reverse

from audit.models import AuditEvent
from impersonation.models import AssumedSession

GOOD_REASON = "Cannot submit the food safety module"
TRANSACTION_WORDS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET ")


def sign_in(client, user, *, proven="password"):
    """Sign a user in as the form would. proven: the method of allauth that the session records as just used."""
    client.force_login(user, backend="accounts.authentication.backends.EmailBackend")
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, user, proven)
    request.session.save()


def login_as_data(**changes):
    return {"category": "cannot_submit", "text": GOOD_REASON, "ticket": "SUP-7", "mode": "act"} | changes


def post_login_as(client, target, **changes):
    return client.post(reverse("login_as", args=[target.pk]), login_as_data(**changes))


def log_in_as(client, actor, target, **changes):
    """Sign the actor in, start an assumed session and return it. Raise AssertionError if the start is refused."""
    sign_in(client, actor)
    response = post_login_as(client, target, **changes)
    assert response.status_code == 302, response.content.decode()
    return AssumedSession.objects.live().get(actor=actor)


def events(kind):
    return list(AuditEvent.objects.filter(kind=kind).order_by("seq"))


def detail(event):
    return text(event, "detail")


def text(event, part):
    """Return a decoded text of an audit event, such as "detail"."""
    import json

    return json.loads(event.texts.get(part=part).text)


def data_queries(captured):
    """Return the SQL statements that read or write data, without those that begin or end a transaction."""
    # psycopg's server-side cursor keeps no SQL text: these are prepared statements (audit/statements.py).
    statements = [query["sql"] or "a prepared statement" for query in captured]
    return [sql for sql in statements if not sql.upper().startswith(TRANSACTION_WORDS)]
