"""Interleaved measurement: each contender runs once per round, so that noise of the machine affects all of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping


def interleaved(
    contenders: Mapping[str, Callable[[], object]], rounds: int, warm_up: int = 20
) -> dict[str, list[float]]:
    """Return the duration of each round in milliseconds, by contender. The warm-up rounds are not counted."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(warm_up + rounds):
        for name, run in contenders.items():
            start = time.perf_counter()
            run()
            if number >= warm_up:
                times[name].append((time.perf_counter() - start) * 1000)
    return times


def table(times: dict[str, list[float]], beside: str) -> str:
    """Return a table of medians, 95th percentiles, and the median ratio to the contender `beside` in the same round."""
    lines = [f"{'':<34}{'median ms':>10}{'p95 ms':>10}{'ratio':>8}"]
    for name, own in times.items():
        ratio = statistics.median(ratios(times, name, beside))
        lines.append(f"{name:<34}{statistics.median(own):>10.2f}{percentile(own, 95):>10.2f}{ratio:>8.2f}")
    return "\n".join(lines)


def ratios(times: dict[str, list[float]], name: str, beside: str) -> list[float]:
    """Return the ratio of two contenders in each round."""
    return [mine / other for mine, other in zip(times[name], times[beside], strict=True)]


def percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
