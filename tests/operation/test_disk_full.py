"""
Full disks: of the database, of the uploads, of the anchors, and of the files that a request brings.

The disks are small ones that the tests fill, so that the system itself says that there is no room.
"""

import shutil
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from audit import anchors, log
from audit.models import AuditEvent
from config import health
from config.files.uploads import Folder, StoreUnavailable
from config.middleware import bodies
from config.middleware.bodies import content_length
from learning.models import Document, Registration
from tests.learning.test_admin import add, document_data
from tests.support import pressure, small_disks
from tests.support.assumed import log_in_as, sign_in
from tests.support.learning_factories import PDF
from tests.support.servers import wait_for

LARGE = PDF + bytes(4 << 20)  # too large for memory, so that it goes to the temporary folder


def write_event():
    with log.recording():
        log.record("user.imported")


@contextmanager
def on_sqlite(disk):
    """Yield the people and the address of a database that lies on the disk."""
    url = f"sqlite:///{disk / 'standin.sqlite3'}"
    pressure.python(url, "manage.py", "migrate", "--verbosity", "0")
    yield url, pressure.people(url, pairs=3, events=800)


@contextmanager
def on_postgresql(disk):
    """Yield the people and the address of a database whose tables lie on the disk, and its journal elsewhere."""
    import psycopg

    folder = disk / "tables"
    folder.mkdir(mode=0o700)
    with pressure.company(pairs=3, events=800, settings={"synchronous_commit": "on"}) as (cluster, people):
        shutil.chown(folder, cluster.options["user"])
        with psycopg.connect(cluster.conninfo("tests") + " dbname=postgres", autocommit=True) as database:
            database.execute(f"CREATE TABLESPACE small LOCATION '{folder}'")
            database.execute("ALTER DATABASE standin SET TABLESPACE small")
        yield cluster.url(), people


@pytest.mark.long
@pytest.mark.once
@pytest.mark.parametrize("company", [on_sqlite, on_postgresql], ids=["SQLite", "PostgreSQL"])
def test_a_database_without_room_does_nothing_by_halves_and_goes_on_when_there_is_room(company, tmp_path):
    with (
        small_disks.mounted(256) as disk,
        company(disk) as (url, people),
        pressure.serving(url, tmp_path, **pressure.SHORT) as server,
        pressure.Load(server, people) as load,
    ):
        pair = people["pairs"][0]
        load.reach("before", writes=20)
        with small_disks.filled(disk):
            load.meet(503, times=30)
            status, said, after = server.ask("/assumed-session/exit/", key=pair["key"], data={})
            if status == 503:  # an exit may still fit into the room that is left
                assert after == "5"
                assert "So nothing was done" in said
                assert "still open" in said
            assert server.ask("/healthz")[0] == 200
            # Under load the first answer may come too late, because it reads the migrations.
            wait_for(lambda: server.ask("/readyz")[0] == 200, "readiness, because people can read")
            assert server.ask("/accounts/login/")[0] == 200
        load.reach("after", writes=20)
        load.stop()
        load.assert_nothing_is_missing(pressure.state(url), what="disk full")


@pytest.fixture
def carls_browser(client, carl):
    sign_in(client, carl)
    client.raise_request_exception = False
    return client


def send_a_large_document(browser):
    return add(browser, "document", document_data("chart.pdf", LARGE))


@pytest.mark.long
@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_an_upload_without_room_in_the_temporary_folder_saves_nothing_and_says_so(carls_browser, settings):
    with small_disks.mounted(8) as disk:
        settings.FILE_UPLOAD_TEMP_DIR = str(disk)
        with small_disks.filled(disk):
            response = send_a_large_document(carls_browser)
            page = response.content.decode()
            assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
            assert "There is no room left" in page
            assert "Nothing of what you sent is saved" in page
            assert [file.name for file in disk.iterdir()] == ["filler"]
        assert Document.objects.count() == 0
        assert send_a_large_document(carls_browser).status_code == 302
        print(f"temporary folder full: uploads 2, saved {Document.objects.count()}, halves {len(list(disk.iterdir()))}")
        assert (Document.objects.count(), list(disk.iterdir())) == (1, [])


@pytest.mark.long
@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_uploads_without_room_leave_no_half_file_and_no_row(carls_browser, settings):
    with small_disks.mounted(8) as disk:
        settings.MEDIA_ROOT = disk
        with small_disks.filled(disk):
            response = send_a_large_document(carls_browser)
            assert response.status_code in (200, 503)
            assert "stored at the moment" in response.content.decode() or response.status_code == 503
        found = [file for file in disk.rglob("*") if file.is_file()]
        print(f"uploads' disk full: documents {Document.objects.count()}, half files {len(found)}")
        assert (Document.objects.count(), found) == (0, [])
        assert health.missing() == "", "people can read"
        assert send_a_large_document(carls_browser).status_code == 302


def test_half_an_upload_is_removed(tmp_path):
    folder = Folder(location=tmp_path)
    folder.save("there", ContentFile(b"before"))
    with small_disks.files_may_grow_to(50_000), pytest.raises(StoreUnavailable):
        folder.save("half", ContentFile(bytes(100_000)))
    assert [file.name for file in tmp_path.iterdir()] == ["there"]


def test_half_a_temporary_file_is_removed_at_once(tmp_path, settings, rf):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    request = rf.post("/", {"file": ContentFile(LARGE, name="chart.pdf")})
    with small_disks.files_may_grow_to(1 << 20), pytest.raises(OSError, match="too large"):
        bodies.read(request, content_length(request))
    assert list(tmp_path.iterdir()) == []


def test_half_an_anchor_is_removed(tmp_path):
    path = tmp_path / "anchors"
    anchors.append(str(path), b"a whole line\n")
    with small_disks.files_may_grow_to(20), pytest.raises(OSError, match=r"No space left|too large"):
        anchors.append(str(path), b"a line that does not fit\n")
    anchors.append(str(path), b"the next line\n")
    assert path.read_bytes() == b"a whole line\nthe next line\n"


@pytest.mark.django_db(transaction=True)
def test_events_are_stored_without_room_for_their_anchors_and_the_log_says_so(settings, caplog):
    settings.AUDIT_ANCHOR_FILE = "/dev/full"
    write_event()
    assert "AUDIT_ANCHOR_FILE could not be written" in caplog.text
    assert AuditEvent.objects.count() == 1


@pytest.mark.long
@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_a_full_disk_of_the_anchors_makes_the_node_unready_and_leaves_a_file_that_verifies(
    settings, sam, lena, catalogue
):
    client = Client()
    with small_disks.mounted(1) as disk:
        settings.AUDIT_ANCHOR_FILE = str(disk / "anchors")
        write_event()
        log_in_as(client, sam, lena)
        with small_disks.filled(disk):
            register = reverse(
                "event_register", args=[Registration._meta.get_field("event").related_model.objects.get().pk]
            )
            assert client.post(register).status_code == 302
            for _each in range(30):
                write_event()
            assert Client().get("/readyz").status_code == 503
            assert health.missing() == "the audit anchor file can't be written"
        assert Client().get("/readyz").status_code == 200
        write_event()
        lines = (disk / "anchors").read_text().splitlines()
        events = AuditEvent.objects.count()
        out = StringIO()
        call_command("verify_audit", anchors=settings.AUDIT_ANCHOR_FILE, stdout=out)
        print(f"anchors' disk full: events {events}, anchors {len(lines)}, half lines 0")
        assert ": clean" in out.getvalue()
        assert Registration.objects.count() == 1
        assert AuditEvent.objects.filter(kind="assumed_session.changed").count() == 1
        assert len(lines) < events
    connection.close()
