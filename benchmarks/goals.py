"""The goals of the platform's speed: one for each row of the table at the end of `make bench`."""

from __future__ import annotations

from dataclasses import dataclass

from .figures import Figure


@dataclass(frozen=True, slots=True)
class Goal:
    """
    A figure to reach. bound: the limit, in `unit`. at_least: whether more is better. only: the database it is set for.

    benchmark: the name of the benchmark that measures it.
    """

    name: str
    benchmark: str
    what: str
    bound: float
    unit: str
    at_least: bool = False
    only: str = ""

    def is_reached(self, figure: Figure) -> bool:
        return figure.value >= self.bound if self.at_least else figure.value <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:,g}{f' {self.unit}' if self.unit else ''}"


GOALS = [
    Goal("queries", "assumed_session", "queries of an assumed page beside a plain one", 0, "more"),
    Goal("trivial", "assumed_session", "assumed / plain, a view without a template", 1.00, ""),
    Goal("smallest", "assumed_session", "assumed / plain, the smallest page, with the bar", 1.05, ""),
    Goal("start", "assumed_session", "start / the quicker of two packages that do less", 1.00, ""),
    Goal("exit", "assumed_session", "exit / the quicker of these two", 1.00, ""),
    Goal("job_clicks", "main_job", "the main job, out and back, clicks", 6, "clicks"),
    Goal("job_keys", "main_job", "the main job, out and back, keys", 70, "keys"),
    Goal("job_ms", "main_job", "the main job, out and back, without typing and thinking", 5_000, "ms"),
    Goal("users_median", "user_management", "User Management, slowest median of a page", 50, "ms", only="PostgreSQL"),
    Goal("users_p95", "user_management", "User Management, the slowest p95 of a page", 150, "ms", only="PostgreSQL"),
    Goal("audit_seconds", "audit_pages", "auditor's pages, the slowest p95", 1.0, "s"),
    Goal("audit_queries", "audit_pages", "auditor's pages, most queries", 15, "queries"),
    Goal("verify", "audit_log", "verify the log", 20_000, "events/s", at_least=True),
    Goal("append_8", "audit_log", "append, 8 writers / 1 writer", 1.0, "", at_least=True, only="PostgreSQL"),
    Goal("learning_p95", "learning", "learners' pages and access check, the slowest p95", 150, "ms", only="PostgreSQL"),
    Goal("who_else", "learning", "access check, who else", 1_000, "ms"),
    Goal("requests", "server", "dashboards a second / those of 91a3f78, the fewest", 2.0, "", at_least=True),
    Goal("growth_admins", "server", "processor ms of a list or an answer, 8 admins at once / 1", 1.2, ""),
    Goal("weight", "server", "first visit of the dashboard, over the wire", 30, "kB"),
    Goal("import_preview", "people_import", "import, preview", 5, "s"),
    Goal("import_apply", "people_import", "import, application", 25, "s"),
    Goal("import_memory", "people_import", "import, peak memory", 300, "MB"),
    Goal("load_p95", "load", "100 people at once, p95 of all requests", 300, "ms"),
    Goal("load_faults", "load", "100 people at once, answers of 5xx and broken connections", 0, ""),
    Goal("load_unrecorded", "load", "100 people at once, answers saved on behalf without an event", 0, ""),
    Goal("load_memory", "load", "100 people at once, memory at the end / after a quarter", 1.1, ""),
    Goal("growth_people", "growth", "a page with most people / with fewest, the steepest", 1.5, "", only="PostgreSQL"),
]
