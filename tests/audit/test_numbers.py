"""Large numbers as each language writes them."""

import pytest
from django.utils import translation

from audit.numbers import grouped

pytestmark = pytest.mark.once


@pytest.mark.parametrize(("language", "said"), [("en", "1,234,567"), ("da", "1.234.567"), ("de", "1.234.567")])
def test_each_language_groups_digits_its_own_way(language, said):
    with translation.override(language):
        assert grouped(1_234_567) == said
        assert grouped(999) == "999"
