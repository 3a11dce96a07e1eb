"""Fixtures of learning."""

import pytest

from tests.support.assumed import sign_in


@pytest.fixture
def carls_browser(client, carl):
    sign_in(client, carl)
    return client
