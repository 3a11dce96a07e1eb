"""The departments and job profiles that a file names: stored, new, or perhaps mistyped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from accounts.models import JobProfile
from accounts.user_import.mapping.columns import Columns
from accounts.user_import.mapping.fields import Field
from accounts.user_import.mapping.mapping import NEW

from .departments import Place, Tree, Unclear, key
from .plan import Plan
from .questions import Question
from .rows import UserRow
from .spelling import MAX_NAMES, department_question, job_profile_question


class Names:
    """
    Finder of the departments and job profiles of all rows; new ones are added to the plan.

    wrong: reports a problem, given a line, a field and a message. ask: asks a question. places: the department of each
    cell. profiles: the job profile of each cell, by `key`. stored_profiles: the names of the stored ones, by number.
    """

    def __init__(
        self,
        plan: Plan,
        columns: Columns,
        wrong: Callable[[int, str, str], None],
        ask: Callable[[Question], None],
    ):
        self.plan = plan
        self.columns = columns
        self.mapping = columns.mapping
        self.wrong = wrong
        self.ask = ask
        self.places: dict[str, Place] = {}
        self.profiles: dict[str, str] = {}
        self.stored_profiles: dict[int | None, str] = {}

    def find_departments(self, rows: list[UserRow]) -> None:
        """Find the departments, paths first, because a plain name may mean a department that a later path creates."""
        tree = self.plan.tree = Tree(has_paths=self.mapping.has_paths)
        texts: dict[str, list[int]] = defaultdict(list)
        for row in rows:
            if row.department:
                texts[row.department].append(row.line)
        stored = list(tree.by_id.values())
        by_path = {str(place): place for place in stored} if self.mapping.departments else {}
        meant = {key(text): name for text, name in self.mapping.departments.items()}
        asked: dict[str, Question] = {}
        for text in sorted(texts, key=lambda text: len(tree.names(text)) == 1):
            answer = meant.get(key(text))
            try:
                place = by_path.get(answer or "") or tree.find(text if answer in (None, NEW) else answer)
            except Unclear as unclear:
                for line in texts[text]:
                    self.wrong(line, "department", str(unclear))
                continue
            self.places[text] = place
            self.plan.appearing[place] += len(texts[text])
            if key(text) in asked:
                asked[key(text)].lines += texts[text]
            elif answer is None and place.id is None and len(tree.new) <= MAX_NAMES:
                question = department_question(text, place, stored)
                if question is not None:
                    asked[key(text)] = question
                    question.lines = texts[text]
        self.ask_about_names(asked, Field.DEPARTMENT)

    def find_job_profiles(self, rows: list[UserRow]) -> None:
        """Find the job profiles, and add the new ones."""
        self.stored_profiles = dict(JobProfile.objects.values_list("pk", "name"))
        stored = {key(name): name for name in self.stored_profiles.values()}
        self.profiles = dict(stored)
        meant = {key(text): name for text, name in self.mapping.job_profiles.items()}
        texts: dict[str, list[int]] = defaultdict(list)
        for row in rows:
            if row.job_profile and key(row.job_profile) not in stored:
                texts[row.job_profile].append(row.line)
        asked: dict[str, Question] = {}
        for text, lines in texts.items():
            answer = meant.get(key(text))
            name = text if answer in (None, NEW) else answer
            if key(name) not in self.profiles:
                self.profiles[key(name)] = name
                self.plan.job_profiles.append(name)
            self.profiles[key(text)] = self.profiles[key(name)]
            if key(text) in asked:
                asked[key(text)].lines += lines
            elif answer is None and len(texts) <= MAX_NAMES:
                question = job_profile_question(text, stored.values())
                if question is not None:
                    asked[key(text)] = question
                    question.lines = lines
        self.ask_about_names(asked, Field.JOB_PROFILE)

    def ask_about_names(self, asked: dict[str, Question], field: Field) -> None:
        """Ask the questions: one for each name, however it is written."""
        for question in asked.values():
            question.column = self.columns.heading(field)
            question.lines.sort()
            self.ask(question)
