"""Runs are kept as long as they are of use."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import BulkRun
from accounts.models.bulk_runs import forget_old_runs
from audit.verification.erasure import personal_data_erased

pytestmark = pytest.mark.django_db


def test_old_previews_and_runs_that_ended_long_ago_are_forgotten_and_unfinished_ones_never(sam, owner):
    now = timezone.now()
    kept = [
        BulkRun.objects.create(actor=sam, action="invite"),
        BulkRun.objects.create(actor=sam, action="invite", state="running", created_at=now - timedelta(days=400)),
        BulkRun.objects.create(actor=sam, action="invite", state="done", ended_at=now - timedelta(days=29)),
        BulkRun.objects.create(actor=owner, action="invite", created_at=now - timedelta(days=2)),
    ]
    BulkRun.objects.create(actor=sam, action="invite", created_at=now - timedelta(hours=25))
    BulkRun.objects.create(actor=sam, action="invite", state="stopped", ended_at=now - timedelta(days=31))
    forget_old_runs(sam)
    assert set(BulkRun.objects.all()) == set(kept)


def test_an_erasure_takes_the_runs_of_the_person_along(sam, owner):
    BulkRun.objects.create(actor=sam, action="deactivate", reason="Left the shop")
    other = BulkRun.objects.create(actor=owner, action="invite")
    personal_data_erased.send(None, person_id=sam.pk)
    assert list(BulkRun.objects.all()) == [other]


def test_what_is_left_is_counted(sam):
    run = BulkRun(actor=sam, action="invite", total=10, done=4, left_out={"self": [1, [1]], "user_gone": [2, [3, 4]]})
    assert (run.left_out_count, run.handled, run.remaining) == (3, 7, 3)
