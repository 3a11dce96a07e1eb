"""Fixtures of imports."""

import pytest


@pytest.fixture
def staff(tmp_path, company, norreport, aarhus, hanne):
    """Return the file that the HR system writes every night; Hanne answers for it."""
    return tmp_path / "staff.csv"
