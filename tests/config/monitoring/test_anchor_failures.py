"""Each anchor that could not be written is counted."""

import pytest

from config.monitoring import metrics
from tests.audit.test_anchors import write

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_anchor_that_cant_be_written_is_counted(settings, tmp_path):
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "gone" / "anchors")
    before = metrics.REGISTRY.get_sample_value("standin_anchor_failures_total")
    write()
    assert metrics.REGISTRY.get_sample_value("standin_anchor_failures_total") == before + 1
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "anchors")
    write()
    assert metrics.REGISTRY.get_sample_value("standin_anchor_failures_total") == before + 1
