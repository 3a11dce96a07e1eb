"""A user that the actor may not see answers like a number that nobody has."""

import pytest
from django.http import Http404

from accounts.authorization.lookup import get_visible_user_or_404
from accounts.policy import holdings

pytestmark = pytest.mark.django_db


def test_somebody_visible_comes_with_what_a_page_and_the_rules_need(rita, lena, django_assert_num_queries):
    holdings(rita)  # read once for each actor
    with django_assert_num_queries(1):
        found = get_visible_user_or_404(rita, lena.pk)
        assert (found, found.department, found.job_profile) == (lena, lena.department, None)
        assert found.department_path == lena.department.path


def test_an_invisible_user_is_a_number_that_nobody_has(rita, max_):
    messages = set()
    for pk in (max_.pk, 10**9):
        with pytest.raises(Http404) as not_found:
            get_visible_user_or_404(rita, pk)
        messages.add(str(not_found.value))
    assert len(messages) == 1
