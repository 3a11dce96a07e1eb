"""
Repeat an operation and kill it one step later each time.

`python -m tests.support.killed_half_way start|exit|request|import ACTOR TARGET EVENT`: users and event as primary keys.
A step is a statement that writes, or a commit; the process is killed just before it, by a signal that it can't catch.
Each round is a separate process. For each round, the script prints whether it was killed, and the database's content.
"""

import json
import os
import signal
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from allauth.account.models import EmailAddress  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.models import Department, ImportedPerson, User, UserImport  # noqa: E402
from accounts.user_import import apply_import  # noqa: E402
from audit.models import AuditEvent  # noqa: E402
from audit.verification.checker import verify  # noqa: E402
from impersonation.models import AssumedSession  # noqa: E402
from learning.models import Registration  # noqa: E402

from .assumed import log_in_as, post_login_as, sign_in  # noqa: E402
from .import_files import planned, row, rows  # noqa: E402

WRITING = ("INSERT", "UPDATE", "DELETE")
ROUNDS_AT_MOST = 40
IMPORTED = rows(
    row("L-1", "Lene", place="Aarhus / Airport", job="Roaster"),
    *(row(f"N-{n}", "New", "Person", f"n{n}@harbour.example") for n in range(3)),
)


class Killer:
    """Kills this process just before step number `step`; the first is 0."""

    def __init__(self, step):
        self.left = step

    def count(self):
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith(WRITING):
            self.count()
        return execute(sql, params, many, context)


def one_round(what, actor, target, item, step):
    """Prepare the operation and run it with a killer. Return only if it had no more steps than the killer let pass."""
    client = Client(SERVER_NAME="localhost")
    plan = planned(IMPORTED)
    actor, target = User.objects.get(pk=actor), User.objects.get(pk=target)
    if what == "start":
        sign_in(client, actor)
    elif what in ("exit", "request"):
        log_in_as(client, actor, target)
    killer, commit = Killer(step), connection._commit
    connection._commit = lambda: (killer.count(), commit())
    with connection.execute_wrapper(killer):
        if what == "import":
            apply_import(plan)
            return
        if what == "start":
            response = post_login_as(client, target)
        elif what == "exit":
            response = client.post(reverse("assumed_session_exit"))
        else:
            response = client.post(reverse("event_register", args=[item]))
    assert response.status_code == 302, response.content.decode()


def in_a_process(do, *arguments):
    """Run a function in a separate process. Return the number of the signal that killed the process, or 0."""
    child = os.fork()
    if not child:
        try:
            do(*arguments)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    _child, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        sys.exit("a round failed by itself")
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def state():
    """Return the stored state: sessions as (id, live, cause, browser session exists), events as (session, kind)."""
    stored = set(AssumedSession.objects.values_list("browser_session", flat=True))
    stored &= set(Session.objects.values_list("session_key", flat=True))
    sessions = AssumedSession.objects.order_by("started_at")
    return {
        "sessions": [(str(s.pk), s.ended_at is None, s.cause, s.browser_session in stored) for s in sessions],
        "events": [(str(e.assumed_session), e.kind) for e in AuditEvent.objects.order_by("seq")],
        "registrations": Registration.objects.count(),
        "imports": [model.objects.count() for model in (UserImport, ImportedPerson, User, EmailAddress, Department)],
        "verified": verify().exit_code,
    }


def main(what, actor, target, item):
    for step in range(ROUNDS_AT_MOST):
        killed = in_a_process(one_round, what, actor, target, item, step)
        reader, writer = os.pipe()
        in_a_process(lambda writer=writer: os.write(writer, json.dumps(state()).encode()))
        print(json.dumps({"killed": killed} | json.loads(os.read(reader, 10**6))), flush=True)
        if not killed:
            return


if __name__ == "__main__":
    main(sys.argv[1], *(int(number) for number in sys.argv[2:]))
