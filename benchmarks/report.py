"""The last table of `make bench`, and the page benchmarks/RESULTS.md with its plots."""

from __future__ import annotations

from pathlib import Path

from .figures import Figure, Run, stored
from .goals import GOALS, Goal

PAGE = Path(__file__).parent / "RESULTS.md"
DATABASES = ("SQLite", "PostgreSQL")
HEAD = """# Results of the benchmarks

`make bench` measures every row, prints this table at its end, and writes this page with its plots. `make bench
ARGS=--short` does the same in a small company in under three minutes, and only prints. `make bench ARGS="NAME …"`
measures some benchmarks again; the others keep their figures.

## Method

- Contenders run in turns within each round, so that the noise of the machine meets all of them; a ratio is the median
  of the ratios of the rounds. Peers are other packages for the same task, on the same platform with the same page.
- A time is a median; in brackets stand the quartiles or, where a row is about many pages, its least and its most.
- Each benchmark begins with a database of its own, made by `migrate` and `seed_demo`. PostgreSQL's cluster is a
  temporary one with `fsync` off, so its figures of writing show the work and not the disk. `DURABLE=1` switches it on.
- A figure for which no goal is set says so.
"""


def table(*, short: bool) -> str:
    """Return the table of goals and figures, in Markdown; a row that was never measured has no figure."""
    runs = stored(short=short)
    lines = ["| what | goal | SQLite | PostgreSQL | best peer |", "|---|---|---|---|---|"]
    for goal in GOALS:
        found = {database: worst(goal, runs, database) for database in DATABASES}
        cells = [cell(goal, found[database], database) for database in DATABASES]
        lines.append(f"| {goal.what} | {goal} | {' | '.join(cells)} | {peers(found)} |")
    return "\n".join(lines)


def worst(goal: Goal, runs: list[Run], database: str) -> Figure | None:
    """Return the figure that is furthest from the goal, of all that were kept for it on a database."""
    found = [figure for run in runs if run.database == database for figure in run.figures if figure.goal == goal.name]
    pick = min if goal.at_least else max
    return pick(found, key=lambda figure: figure.value) if found else None


def cell(goal: Goal, figure: Figure | None, database: str) -> str:
    if figure is None:
        return "–"
    spread = f" ({number(figure.low)}–{number(figure.high)})" if figure.low is not None else ""
    sizes = f", {figure.sizes}" if figure.sizes else ""
    verdict = "reached" if goal.is_reached(figure) else "**missed**"
    if goal.only not in ("", database):
        verdict = "no goal"
    return f"{number(figure.value)}{spread}{sizes}: {verdict}"


def peers(found: dict[str, Figure | None]) -> str:
    texts = {f"{figure.peer} {number(figure.peer_value)}" for figure in found.values() if figure and figure.peer}
    return ", ".join(sorted(texts)) or "–"


def number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def write() -> None:
    """Write the page and its plots from the newest complete runs."""
    from . import plots  # matplotlib is installed for benchmarks only

    runs = stored(short=False)
    pictures = plots.draw(runs)
    parts = [HEAD, "## Goals and figures\n", table(short=False), "\n## Plots\n"]
    parts += [f"![{title}](plots/{name}.svg)\n" for name, title in pictures.items()]
    parts += ["## Runs\n", "| benchmark | database | when (UTC) | commit | versions |", "|---|---|---|---|---|"]
    parts += [f"| {run.benchmark} | {run.database} | {run.at[:16]} | {run.commit} | {run.versions} |" for run in runs]
    PAGE.write_text("\n".join(parts) + "\n")
