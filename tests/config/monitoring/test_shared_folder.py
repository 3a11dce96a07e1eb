"""The folder of a server's processes: one for each server, closed to others, and removed when the server is gone."""

import os
import subprocess
import sys

import pytest

from config.monitoring import shared_folder
from config.settings import BASE_DIR

pytestmark = pytest.mark.once  # no database has a say in it


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    monkeypatch.setattr(shared_folder, "parent", lambda: tmp_path)
    monkeypatch.delenv(shared_folder.VARIABLE, raising=False)
    yield
    os.environ.pop(shared_folder.VARIABLE, None)


def folder_of(tmp_path):
    [found] = tmp_path.glob("standin-metrics-*")
    return found


def test_workers_of_one_server_find_the_same_folder_with_its_place_reserved(tmp_path):
    shared_folder.share()
    folder = folder_of(tmp_path)
    assert os.environ.pop(shared_folder.VARIABLE) == str(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    sizes = {file.name.partition("_")[0]: file.stat().st_blocks * 512 for file in folder.iterdir()}
    assert sizes.keys() == shared_folder.RESERVED.keys()
    assert all(sizes[kind] >= size for kind, size in shared_folder.RESERVED.items())
    shared_folder.share()
    assert os.environ[shared_folder.VARIABLE] == str(folder)


def test_a_folder_that_is_open_to_others_is_not_used(tmp_path, caplog):
    shared_folder.share()
    folder = folder_of(tmp_path)
    del os.environ[shared_folder.VARIABLE]
    folder.chmod(0o777)
    shared_folder.share()
    assert shared_folder.VARIABLE not in os.environ
    assert "open to others" in caplog.text


def test_a_link_in_the_place_of_the_folder_is_not_followed(tmp_path):
    shared_folder.share()
    folder = folder_of(tmp_path)
    del os.environ[shared_folder.VARIABLE]
    folder.rename(tmp_path / "moved")
    folder.symlink_to(tmp_path / "moved")
    shared_folder.share()
    assert shared_folder.VARIABLE not in os.environ


def test_the_folder_of_a_server_that_is_gone_is_removed_and_that_of_a_running_one_stays(tmp_path):
    gone = tmp_path / f"standin-metrics-{os.getuid()}-{os.getpid()}-1"  # another process had the number
    runs = tmp_path / f"standin-metrics-{os.getuid()}-{os.getpid()}-{shared_folder.started_at(os.getpid())}"
    gone.mkdir()
    runs.mkdir()
    shared_folder.share()
    assert not gone.exists()
    assert runs.exists()


COUNTS = """
import sys
from config.monitoring import shared_folder
shared_folder.share()
from config.monitoring import metrics
metrics.count("dashboard", "GET", 200, 0.2)
print(metrics.text().decode())
"""


def test_a_scrape_sees_what_ended_processes_have_counted(tmp_path):
    for number in (1, 2, 3):
        ran = subprocess.run(
            [sys.executable, "-c", COUNTS], cwd=BASE_DIR, env=os.environ | {"TMPDIR": str(tmp_path)},
            capture_output=True, text=True,
        )  # fmt: skip
        assert f'standin_requests_total{{method="GET",status="2xx",view="dashboard"}} {number}.0' in ran.stdout, (
            ran.stderr
        )
        assert f'standin_request_seconds_count{{view="dashboard"}} {number}.0' in ran.stdout
