"""Files that are made to hurt: their uploader reads a sentence, and nobody else notices anything."""

import io
import os
import subprocess
import sys

import pytest

from accounts.user_import.reading import xlsx
from config.settings import BASE_DIR
from learning import uploads
from tests.support import workbook_bombs
from tests.support.assumed import sign_in
from tests.support.import_files import problems, workbook
from tests.support.import_pages import SKIPPED, looked_at, tally
from tests.support.workbook_bombs import PEOPLE

pytestmark = [pytest.mark.django_db, pytest.mark.once]

MEMORY = "The workbook needs more memory than a list of people should: save it as .csv."
SLOW = "The workbook takes longer to read than a list of people should: save it as .csv."
UNUSUAL = "The workbook is packed in a way that no spreadsheet program packs a list of people."
UNREADABLE = "The file is not a readable Excel workbook (.xlsx)."
TOO_LONG = "The row is longer than 400000 characters: is a quotation mark missing?"


@pytest.fixture
def processes(monkeypatch):
    """Every process that is started meanwhile; none of them may be left at the end."""
    started = []

    class Recorded(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr("accounts.user_import.reading.xlsx.subprocess.Popen", Recorded)
    yield started
    assert started
    assert [process for process in started if process.returncode is None] == []


@pytest.mark.parametrize(
    ("bomb", "limits", "sentence"),
    [
        ("shared_strings", {"MEMORY_BYTES": 256 << 20}, MEMORY),
        ("styles", {"MEMORY_BYTES": 160 << 20}, MEMORY),
        ("slow_strings", {"CPU_SECONDS": 1}, SLOW),
        ("slow_strings", {"CLOCK_SECONDS": 1}, SLOW),
        ("ratio", {}, UNUSUAL),
        ("many_parts", {}, UNUSUAL),
        ("lying_directory", {}, UNREADABLE),
        ("endless", {}, "The sheet has more rows than Excel allows."),
        ("broken", {}, UNREADABLE),
    ],
    ids=[
        *("shared_strings", "styles", "slow_strings", "slow_strings by the clock", "ratio", "many_parts"),
        *("lying_directory", "endless", "broken"),
    ],
)
def test_a_workbook_that_is_a_bomb_is_refused_with_a_sentence(
    client, hanne, processes, monkeypatch, bomb, limits, sentence
):
    content = getattr(workbook_bombs, bomb)()
    assert len(content) < 1 << 20
    sign_in(client, hanne)
    with monkeypatch.context() as patch:
        for name, limit in limits.items():
            patch.setattr(xlsx, name, limit)
        page = looked_at(client, content, "people.xlsx")
    assert sentence in page
    assert 'value="confirm"' not in page
    assert tally(looked_at(client, workbook(*PEOPLE), "people.xlsx")) == [1, 0, 0, 0], "the next upload works"


def test_what_is_deep_inside_hurts_nobody(client, hanne, processes):
    sign_in(client, hanne)
    assert tally(looked_at(client, workbook_bombs.deep(), "people.xlsx")) == [1, 0, 0, 0]


MEASURE = """
import io, resource, sys
import django
django.setup()
from accounts.user_import.reading import xlsx
from accounts.user_import.problems import Unreadable
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    list(xlsx.lines(io.BytesIO(sys.stdin.buffer.read())))
except Unreadable as error:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, error)
"""


def test_the_server_itself_needs_no_memory_for_a_bomb():
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE], input=workbook_bombs.shared_strings(), cwd=BASE_DIR, env=environment,
        capture_output=True, check=True,
    )  # fmt: skip
    grown, _space, sentence = ran.stdout.decode().strip().partition(" ")
    assert sentence == MEMORY
    assert int(grown) < 32 << 10, "kilobytes"


def test_text_that_many_cells_share_is_counted_for_each_of_them(processes, monkeypatch):
    monkeypatch.setattr(xlsx, "MAX_BYTES", 1 << 20)
    content = workbook(["First name", "E-mail"], *[["x" * 2000, "y" * 2000]] * 500)
    assert len(content) < 20_000
    assert (None, "", "The workbook contains more than 1 MB of text.") in problems(content)
    assert len(problems(content)) < 2000, "reading stopped there"


def test_the_process_ends_if_nobody_reads_on(client, hanne, processes):
    people = [[f"Nora {n}", "no address"] for n in range(5000)]
    assert problems(workbook(["Nothing", "known"], *people))[0][0] == 1
    sign_in(client, hanne)
    looked_at(client, workbook(["First name", "E-mail"], *people), "people.xlsx")
    response = client.get(SKIPPED)
    next(iter(response.streaming_content))
    response.close()


def test_a_long_cell_is_reported_and_not_carried_whole(processes):
    content = workbook(["First name", "E-mail"], ["x" * 32_000, "nora@harbour.example"])
    assert [len(cell) for cell in list(xlsx.lines(io.BytesIO(content)))[1][1]] == [2001, 20]
    assert problems(content) == [(2, "First name", "This is longer than 2000 characters.")]


@pytest.mark.parametrize(
    ("program", "outcome"),
    [
        ("print(json.dumps([1, sorted(set(os.environ) - {'LC_CTYPE'})])); print('\"end\"')", []),
        ("while True: print('x' * 1_000_000, end='')", "The workbook contains more than 100 MB of text."),
        ("print('[1, [', end='')", UNREADABLE),
        ("os.kill(os.getpid(), 9)", MEMORY),
        ("os.kill(os.getpid(), 11)", UNREADABLE),
    ],
    ids=["environment", "endless output", "half a line", "killed", "crashed"],
)
def test_the_process_knows_no_secret_and_may_end_in_any_way(tmp_path, monkeypatch, processes, program, outcome):
    (tmp_path / "program.py").write_text(f"import json, os\n{program}\n")
    monkeypatch.setattr(xlsx, "PROGRAM", tmp_path / "program.py")
    try:
        said = next(xlsx.lines(io.BytesIO(workbook(*PEOPLE))))[1]
    except xlsx.Unreadable as error:
        said = str(error)
    assert said == outcome


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("x" * 5_000_000, (1, "", TOO_LONG)),
        ("Email,Name\n" + "," * 5_000_000, (2, "", TOO_LONG)),
        ("Email,Name\n" + '"\n",' * 500_000, (2, "", TOO_LONG)),
        ("Email,Name\nno@harbour.example," + '"' + "x\n" * 500_000, None),
        ("Email,Name\n" + "x," * 1000, (2, "", "There are more than 200 columns.")),
    ],
    ids=["one line", "one row of separators", "one row of many lines", "an open quotation mark", "a thousand columns"],
)
def test_a_row_of_text_that_does_not_end_is_refused_where_it_begins(content, expected):
    found = problems(content)
    if expected is None:
        assert "quotation mark" in found[0][2]
        assert found[0][0] == 2
    else:
        assert found == [expected]


def test_an_office_file_of_too_many_parts_is_not_opened():
    """Reading a directory of half a million entries would take seconds and hundreds of megabytes."""
    content = workbook_bombs.many_parts()
    assert not uploads.TYPES[".xlsx"].fits(io.BytesIO(content))
    assert uploads.TYPES[".xlsx"].fits(io.BytesIO(workbook(*PEOPLE)))
