"""
Run all tests on SQLite and on PostgreSQL, in a real browser, and print how many ran on each.

--long: run the slow tests too. --coverage: fail if the tests of both databases together leave out a line or a branch of
the packages that [tool.coverage.run] in pyproject.toml names. Other arguments are those of pytest.
"""

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import chromium
import postgres

STRICT = os.environ.get("CI") == "true"


def main(arguments: list[str]) -> int:
    long, measured = "--long" in arguments, "--coverage" in arguments
    arguments = [argument for argument in arguments if argument not in ("--long", "--coverage")]
    if measured and arguments:
        sys.exit("--coverage needs all tests: some of them can't run every line.")
    browser = chromium.find_or_fetch()
    if browser is None:
        print(f"No Chromium: the browser tests are skipped; to run them, {chromium.HOW}", flush=True)
        if STRICT:
            return 1
    totals = {"passed": 0, "failed": 0, "skipped": 0}
    lines = []
    place = postgres.memory()
    with (
        tempfile.TemporaryDirectory(prefix="standin-tests-", dir=place) as folder,
        postgres.cluster(place=place) as postgresql,
    ):
        for name, url in {"SQLite": f"sqlite:///{folder}/db.sqlite3", "PostgreSQL": postgresql}.items():
            print(f"\n{name}", flush=True)
            report = Path(folder) / f"{name}.xml"
            environment = {**os.environ, "DATABASE_URL": url, "CHROMIUM": browser or ""}
            command = [
                sys.executable,
                "-m",
                "pytest",
                "-n",
                "2",
                "--dist",
                "worksteal",
                f"--junitxml={report}",
                "--create-db",
            ]
            left_out = ["once"] if name == "PostgreSQL" and not long else []
            left_out += [] if long else ["long"]
            if name == "PostgreSQL":
                command.append("--ignore=tests/repository/test_guards.py")  # it runs its tests on SQLite anyway
            command += ["-m", " and ".join(f"not {marker}" for marker in left_out)] if left_out else []
            if measured:
                command += ["--cov", "--cov-report="]
                environment["COVERAGE_FILE"] = f"{folder}/{name}.coverage"
            code = subprocess.run([*command, *arguments], env=environment).returncode
            counts = count(report)
            if code and not counts["failed"]:
                counts["failed"] += 1  # pytest stopped before the first test or in the middle
            totals = {word: totals[word] + counts[word] for word in totals}
            lines.append(f"{name}: {said(counts)}, browser: {counts['browser'] if browser else 'none'}")
        is_covered = not measured or totals["failed"] > 0 or covers_everything(Path(folder))
    print(f"\nBrowser: {browser or 'none'}")
    print("\n".join(lines))
    print(said(totals))
    return 1 if totals["failed"] or not totals["passed"] or not is_covered else 0


def covers_everything(folder: Path) -> bool:
    """Return whether the tests of all databases together ran each line and branch; print those that none ran."""
    coverage = [sys.executable, "-m", "coverage"]
    environment = {**os.environ, "COVERAGE_FILE": f"{folder}/all.coverage"}
    print("\nCoverage", flush=True)
    subprocess.run([*coverage, "combine", "--quiet", *folder.glob("*.coverage")], env=environment, check=True)
    return subprocess.run([*coverage, "report", "--fail-under=100"], env=environment).returncode == 0


def count(report: Path) -> dict[str, int]:
    """Return the number of tests by outcome, and of browser tests, from a JUnit report of pytest."""
    counts = {"passed": 0, "failed": 0, "skipped": 0, "browser": 0}
    if not report.exists():
        return counts
    for case in ElementTree.parse(report).iter("testcase"):
        outcome = {child.tag for child in case}
        if outcome & {"failure", "error"}:
            counts["failed"] += 1
        elif "skipped" in outcome:
            counts["skipped"] += 1
        else:
            counts["passed"] += 1
            counts["browser"] += case.get("classname", "").startswith("tests.browser.")
    return counts


def said(counts: dict[str, int]) -> str:
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    return f"{counts['passed']} passed, {counts['failed']} failed{skipped}"


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except postgres.NoPostgreSQL as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)
