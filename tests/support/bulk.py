"""Actions for many users in tests: choosing, looking, confirming, and what is left afterwards."""

from django.urls import reverse

from accounts.models import BulkRun, User
from accounts.users import progress
from accounts.users.bulk.actions import confirm
from accounts.users.bulk.plan import plan_run
from accounts.users.bulk.verbs import verb_of
from audit.models import AuditEvent

CHOOSE = reverse("user_bulk")
REASON = "The shop is closed"


def crowd(count, department, *, first="Guest", **fields):
    """Return new users of a department, in the order of their ids."""
    people = [
        User(
            first_name=f"{first}{number}", last_name="Holm", email=f"{first.lower()}{number}@harbour.example",
            department=department, password="!", **fields,
        )
        for number in range(count)
    ]  # fmt: skip
    return User.objects.bulk_create(people)


def of(*people):
    """Return the query string that selects these users."""
    return "?" + "&".join(["who=ticked", *(f"person={person.pk}" for person in people)])


def choose(client, query, action, **sent):
    """Choose an action, and return its run, which is shown as a preview next."""
    response = client.post(CHOOSE + query, {"action": action, **sent})
    assert response.status_code == 302, response.content.decode()
    return BulkRun.objects.get(pk=response.url.rstrip("/").rpartition("/")[2])


def plan_of(client, run):
    return client.get(run.get_absolute_url()).context["plan"]


def confirmed(client, run, *, typed=None, seen=None, streamed=False):
    """Confirm the run as its preview shows it."""
    plan = plan_of(client, run)
    sent = {"step": "confirm", "seen": seen or plan.fingerprint, "typed": plan.count if typed is None else typed}
    headers = {"accept": progress.CONTENT_TYPE} if streamed else {}
    return client.post(run.get_absolute_url(), sent, headers=headers)


def run_of(actor, people, action, **fields):
    """Return a preview of these users that the actor has chosen, without any page."""
    query = of(*people).removeprefix("?")
    return BulkRun.objects.create(actor=actor, action=action, query=query, **fields)


def plan_for(run, people, actor):
    users = User.objects.visible_to(actor).filter(pk__in=[person.pk for person in people])
    return plan_run(verb_of(run), users, actor=User.objects.get(pk=actor.pk))


def ready_run(actor, people, action, **fields):
    """Return a run of these users that the actor has confirmed."""
    run = run_of(actor, people, action, **fields)
    plan = plan_for(run, people, actor)
    confirm(run, plan, actor=actor, seen=plan.fingerprint, typed=str(plan.count))
    return BulkRun.objects.get(pk=run.pk)


def people_of(kind):
    """Return the ids of the targets of events of this kind, in the order of the log."""
    return list(AuditEvent.objects.filter(kind=kind).order_by("seq").values_list("target_id", flat=True))


def said(response):
    return response.content.decode()


def active(people):
    return [person.first_name for person in User.objects.filter(pk__in=[p.pk for p in people], is_active=True)]
