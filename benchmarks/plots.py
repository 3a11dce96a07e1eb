"""Plots of the benchmarks, as SVG files that README and RESULTS.md show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

from .figures import Figure, Run

FOLDER = Path(__file__).parent / "plots"
COLOURS = ["#1f5f5b", "#c8553d", "#7a6c9d", "#c79a2b", "#4f81b0", "#6b8e4e", "#8a5a44"]
STYLE: Any = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "standin",  # the same figures give the same file
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#dddddd",
    "axes.axisbelow": True,
}
TITLES = {
    "assumed / plain": "Time of a request in an assumed session, beside a plain one (1.0)",
    "growth": "Median time of a page in ms, by the number of people in the company",
    "verify": "Events of the log verified in a second",
    "append": "Events of the log appended in a second, one in a transaction",
    "requests": "Dashboards a second, by the number of clients at once",
}


def draw(runs: list[Run]) -> dict[str, str]:
    """Draw each plot that has figures. Return the titles of the files, by their names without the ending."""
    FOLDER.mkdir(exist_ok=True)
    titles = {}
    with plt.rc_context(STYLE):
        for plot, title in TITLES.items():
            found = {run.database: chosen for run in runs if (chosen := figures_of(run, f"plot: {plot}"))}
            if not found:
                continue
            name = plot.replace(" / ", "-")
            size = (4.6 * len(found), 3.4)
            figure, axes = plt.subplots(1, len(found), figsize=size, squeeze=False, layout="constrained")
            for place, (database, figures) in zip(axes[0], sorted(found.items(), reverse=True), strict=True):
                (lines if figures[0].series else bars)(place, figures)
                place.set_title(database, loc="left")
            figure.suptitle(title, x=0.01, ha="left")
            drawn = axes[0][0].get_legend_handles_labels()
            if drawn[0]:
                figure.legend(*drawn, loc="outside lower left", ncols=4, fontsize=8, frameon=False)
            figure.savefig(FOLDER / f"{name}.svg", metadata={"Date": None, "Creator": None})
            plt.close(figure)
            titles[name] = title
    return titles


def figures_of(run: Run, plot: str) -> list[Figure]:
    return [figure for figure in run.figures if figure.goal == plot]


def bars(axes, figures: list[Figure]) -> None:
    names, values = [str(figure.x) for figure in figures], [figure.value for figure in figures]
    drawn = axes.bar(names, values, color=[COLOURS[0] if name in ("ours", "verify") else "#9aa5a4" for name in names])
    axes.bar_label(drawn, labels=[f"{value:,.2f}" if value < 100 else f"{value:,.0f}" for value in values])
    axes.tick_params(axis="x", labelrotation=12)


def lines(axes, figures: list[Figure]) -> None:
    for colour, series in zip(COLOURS, dict.fromkeys(figure.series for figure in figures), strict=False):
        own = [figure for figure in figures if figure.series == series]
        xs, ys = [figure.x for figure in own], [figure.value for figure in own]
        axes.plot(xs, ys, marker="o", color=colour, label=series)
    axes.set_xscale("log")
    ticks = sorted({float(figure.x) for figure in figures if figure.x is not None})
    axes.set_xticks(ticks, [f"{tick:,.0f}" for tick in ticks])
    axes.minorticks_off()
    axes.set_ylim(bottom=0)
