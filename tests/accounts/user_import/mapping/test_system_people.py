"""Exports of other systems: what the preview of each says is the people that it means."""

import pytest

from accounts.user_import.planning.questions import Kind
from tests.accounts.user_import.mapping.system_files import FILES
from tests.support.import_files import planned

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def people_of(plan):
    """Return the people that a plan creates, as SystemFile.people has them."""
    return [
        (
            made.row.external_id,
            made.row.first_name,
            made.row.last_name,
            made.row.email,
            plan.columns.department(made.row.department or "") or None,
            plan.columns.job_profile(made.row.job_profile or "") or None,
            made.row.is_active,
        )
        for made in plan.creations
    ]


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_the_preview_of_a_system_shows_its_people(file):
    plan = planned(file.content)
    assert [str(problem) for problem in plan.problems] == []
    assert [(question.kind, question.key) for question in plan.questions] == [
        (Kind.STATUS, word) for word in file.asked.split()
    ]
    assert people_of(plan) == file.people
