"""
Do a bulk run, and kill the process one step later each time: `python -m tests.support.bulk_killed RUN`.

A step is a statement that writes, or a commit. For each round the script prints whether it was killed, and how far the
run is; the next round goes on where the last one was killed.
"""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.db import connection  # noqa: E402

from accounts.models import BulkRun, User  # noqa: E402
from accounts.users.bulk import actions  # noqa: E402
from audit.models import AuditEvent  # noqa: E402
from audit.verification.checker import verify  # noqa: E402

from .killed_half_way import Killer, in_a_process  # noqa: E402

ROUNDS_AT_MOST = 60


def go_on(pk, step):
    """Do the run to its end with batches of two, unless the killer comes first."""
    actions.BATCH = 2
    run = BulkRun.objects.get(pk=pk)
    killer, commit = Killer(step), connection._commit
    connection._commit = lambda: (killer.count(), commit())
    with connection.execute_wrapper(killer):
        while run.is_running:
            run = actions.do_batch(run, actor=run.actor)


def state(pk):
    run = BulkRun.objects.get(pk=pk)
    return {
        "done": run.done,
        "state": run.state,
        "deactivated": User.objects.filter(first_name__startswith="Guest", is_active=False).count(),
        "events": list(
            AuditEvent.objects.filter(kind="user.deactivated").order_by("seq").values_list("target_id", flat=True)
        ),
        "verified": verify().exit_code,
    }


def main(pk):
    for step in range(ROUNDS_AT_MOST):
        killed = in_a_process(go_on, pk, step)
        reader, writer = os.pipe()
        in_a_process(lambda writer=writer: os.write(writer, json.dumps(state(pk)).encode()))
        print(json.dumps({"killed": killed} | json.loads(os.read(reader, 10**6))), flush=True)
        if not killed:
            return


if __name__ == "__main__":
    main(int(sys.argv[1]))
