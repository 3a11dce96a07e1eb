"""The table at the end of `make bench`: each goal has a benchmark that measures it, and each figure its verdict."""

import pytest

from benchmarks import figures, report
from benchmarks.figures import Figure
from benchmarks.goals import GOALS, Goal
from config.settings import BASE_DIR

pytestmark = pytest.mark.once  # no database has a say in it


def test_each_goal_is_measured_by_the_benchmark_that_it_names():
    without = [
        goal.name
        for goal in GOALS
        if f'"{goal.name}"' not in (BASE_DIR / "benchmarks" / f"{goal.benchmark}.py").read_text(encoding="utf-8")
    ]
    assert without == []


@pytest.mark.parametrize(
    ("at_least", "only", "value", "verdict"),
    [
        (False, "", 150, "reached"),
        (False, "", 151, "**missed**"),
        (True, "", 150, "reached"),
        (True, "", 149, "**missed**"),
        (False, "PostgreSQL", 151, "no goal"),
    ],
)
def test_a_figure_is_judged_by_its_goal(at_least, only, value, verdict):
    goal = Goal("made_up", "growth", "made up", 150, "ms", at_least=at_least, only=only)
    assert report.cell(goal, Figure("made_up", value), "SQLite") == f"{value}: {verdict}"


def test_the_table_shows_the_worst_figure_of_the_newest_run_and_a_dash_where_nothing_was_measured(
    db, tmp_path, monkeypatch
):
    monkeypatch.setattr(figures, "FOLDER", tmp_path)
    for values in ([1.0], [3.0, 4.0]):  # the second run replaces the first
        for value in values:
            figures.keep("import_preview", value)
        figures.store("people_import")
    lines = {line.split(" | ")[0]: line for line in report.table(short=False).splitlines()}
    assert " 4: reached " in lines["| import, preview"]
    assert lines["| import, application"] == "| import, application | ≤ 25 s | – | – | – |"
