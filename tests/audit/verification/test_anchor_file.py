"""The anchor file as verification reads it."""

import pytest

from audit import log
from audit.verification.anchor_file import UnreadableAnchors, lines_of

pytestmark = pytest.mark.django_db


def read(path):
    with lines_of(str(path)) as lines:
        return list(lines)


def test_its_lines_are_read_and_bytes_that_are_no_text_do_no_harm(tmp_path):
    file = tmp_path / "anchors"
    file.write_bytes(b"one\n\xff\n")
    assert read(file) == ["one\n", "\ufffd\n"]
    assert read("") == []


def test_a_missing_file_is_empty_only_while_the_log_is(tmp_path):
    assert read(tmp_path / "none") == []
    with log.recording():
        log.record("user.imported")
    with pytest.raises(UnreadableAnchors, match="The anchors can't be read"):
        read(tmp_path / "none")
