"""
Repeat a feed and kill it one step later each time.

`python -m tests.support.killed_feed FILE`: Hanne answers for the feed. A step is a statement that writes, or a commit,
as in killed_half_way.py. For each round, the script prints whether it was killed, and the database's content.
"""

import json
import os
import sys
from contextlib import suppress

from .killed_half_way import ROUNDS_AT_MOST, Killer, in_a_process

# The module above has set up Django.
from allauth.account.models import EmailAddress  # isort: skip
from django.core.management import CommandError, call_command  # isort: skip
from django.db import connection  # isort: skip

from accounts.models import Department, ImportedPerson, Mail, User, UserImport  # isort: skip
from audit.models import AuditEvent  # isort: skip
from audit.verification.checker import verify  # isort: skip


def one_round(file, step):
    """Run the feed with a killer. Return only if it had no more steps than the killer let pass."""
    connection.ensure_connection()
    killer, commit = Killer(step), connection._commit
    connection._commit = lambda: (killer.count(), commit())
    options = ["--feed", "--answers-for=hanne@harbour.example"]
    # The run tells whether it stopped.
    with connection.execute_wrapper(killer), open(os.devnull, "w") as nowhere, suppress(CommandError):
        call_command("import_users", file, *options, stdout=nowhere, stderr=nowhere)


def state():
    """Return the stored state, as counts, and the states of the runs."""
    people = User.objects.exclude(external_id=None)
    assert ImportedPerson.objects.count() == people.count()
    return {
        "people": people.count(),
        "addresses": EmailAddress.objects.filter(user__in=people).count(),
        "departments": Department.objects.count(),
        "runs": list(UserImport.objects.values_list("state", flat=True)),
        "mails": Mail.objects.count(),
        "events": AuditEvent.objects.count(),
        "verified": verify().exit_code,
    }


def main(file):
    for step in range(ROUNDS_AT_MOST):
        killed = in_a_process(one_round, file, step)
        reader, writer = os.pipe()
        in_a_process(lambda writer=writer: os.write(writer, json.dumps(state()).encode()))
        print(json.dumps({"killed": killed} | json.loads(os.read(reader, 10**6))), flush=True)
        if not killed:
            return


if __name__ == "__main__":
    main(sys.argv[1])
