"""Sam, who acts for many, and batches that are small."""

import pytest

from accounts.users.bulk import actions
from tests.support.assumed import sign_in


@pytest.fixture
def sams_browser(client, sam):
    sign_in(client, sam)
    return client


@pytest.fixture
def batches_of_two(monkeypatch):
    monkeypatch.setattr(actions, "BATCH", 2)
