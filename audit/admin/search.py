"""
Search of the audit log: `#7`, `actor:sam`, `target:lena`, and plain words.

Plain words name people as they are called today, or stand in a reason. A search asks for every reading of the words,
because each reading alone can be answered from an index.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_

from django.db import connections
from django.db.models import Case, Exists, F, Max, OuterRef, Q, QuerySet, When
from django.db.models.lookups import IContains
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.models import AuditErasure, AuditEvent, AuditText, Part
from audit.numbers import grouped
from audit.people import ids_named
from audit.reading import content
from audit.search_words import search_words

# Only the first words are looked up among people; a word that names more people than this names nobody.
NAMING_WORDS, MOST_PEOPLE = 4, 25
# A person without an account is only named by the log, which has no index of names: number of events to read.
NEWEST = 20_000
# The index of reasons is made of trigrams. Without it, this number of events is read.
TRIGRAM = 3
NEWEST_REASONS = 200_000
NUMBER = re.compile(r"#([0-9]{1,18})")
PERSON = re.compile(r"(actor|target):(.+)", re.IGNORECASE)
Ids = frozenset[int]
NOBODY: Ids = frozenset()


@dataclass(frozen=True)
class Reading:
    """One way to understand plain words: each set of people contains the actor or the target, the reason the words."""

    people: tuple[Ids, ...] = ()
    words: tuple[str, ...] = ()


@dataclass
class Search:
    """
    What the auditor asks for.

    numbers: numbers of events. actors, targets: the people that `actor:` and `target:` name; None if not asked.
    readings: how the plain words can be understood; an event has to match one. notes: what was not looked for.
    newest: the number of the newest event, if the search had to ask for it.
    reasons_after, reasons_before: only the reasons of events between these numbers are read; 0 means no limit.
    """

    numbers: list[int] = field(default_factory=list)
    actors: Ids | None = None
    targets: Ids | None = None
    readings: list[Reading] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    newest: int | None = None
    reasons_after: int = 0
    reasons_before: int = 0

    def matching(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """Return the events that match, as one condition."""
        events = self.demanded(events)
        return events.filter(reduce(or_, map(self.condition, self.readings))) if self.readings else events

    def first(
        self, events: QuerySet[AuditEvent], order: str, limit: int, kinds: Iterable[str] = ()
    ) -> list[AuditEvent]:
        """
        Return the first `limit` events that match, by their numbers (`seq` or `-seq`).

        PostgreSQL answers each reading from its own index; for one condition it would read the log event by event.
        Without words it answers each of the `kinds`, which `events` are restricted to, from the index of kinds.
        """
        events = events.order_by(order)
        conditions = [self.condition(reading) for reading in self.readings] or [Q(kind=kind) for kind in kinds]
        if len(conditions) < 2 or connections[events.db].vendor != "postgresql":
            return list(self.matching(events)[:limit])
        demanded = self.demanded(events.prefetch_related(None)).values_list("seq", flat=True)
        one, *others = (demanded.filter(condition)[:limit] for condition in conditions)
        seqs = sorted(set(one.union(*others, all=True)), reverse=order == "-seq")
        return list(events.filter(seq__in=seqs[:limit]))

    def demanded(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """Return the events that have the numbers, the actor and the target."""
        for number in self.numbers:
            events = events.filter(seq=number)
        if self.actors is not None:
            events = events.filter(acted(self.actors))
        if self.targets is not None:
            events = events.filter(was_target(self.targets))
        return events

    def condition(self, reading: Reading) -> Q:
        """Return the condition that an event matches this reading."""
        conditions = [acted(people) | was_target(people) for people in reading.people]
        if reading.words:
            conditions.append(Q(seq__in=self.reasons(reading.words).values("event")))
        return reduce(and_, conditions)

    def reasons(self, words: Iterable[str]) -> QuerySet[AuditText]:
        """Return the reasons that contain every word."""
        # The expression of the index that migration 0003 creates.
        reason = Case(When(part=Part.REASON, then=F("text")))
        texts = AuditText.objects.filter(*(IContains(reason, in_json(word)) for word in words))
        if self.reasons_after:
            texts = texts.filter(event__gt=self.reasons_after)
        return texts.filter(event__lt=self.reasons_before) if self.reasons_before else texts


def acted(people: Ids) -> Q:
    """Return the condition that one of these people is the actor, and is not erased from the event."""
    return Q(actor_id__in=people) & named_by(Part.ACTOR)


def was_target(people: Ids) -> Q:
    """Return the condition that one of these people is the target, and is not erased from the event."""
    return Q(target_id__in=people) & named_by(Part.TARGET)


def named_by(part: Part) -> Q:
    """Return the condition that the event names the person: otherwise the account's name would reveal it."""
    erasures = AuditErasure.objects.filter(event=OuterRef("pk"), part=part)
    return Q((f"{part}_commitment__isnull", False)) & ~Q(Exists(erasures))


def in_json(word: str) -> str:
    """Return the word as the stored JSON contains it."""
    return json.dumps(word, ensure_ascii=False)[1:-1].encode("utf-8", "backslashreplace").decode()


def parse(text: str) -> Search:
    """Return the search that the text asks for; look up the people that its words name."""
    numbers, prefixed, words = terms(text)
    search = Search(numbers)
    whole, actor, target = " ".join(words), " ".join(prefixed["actor"]), " ".join(prefixed["target"])
    if not (words or actor or target):
        return search
    newest = search.newest = AuditEvent.objects.aggregate(newest=Max("seq"))["newest"] or 0
    named, crowds = people_named([*words[:NAMING_WORDS], actor, target], whole, newest)
    search.actors = named[actor] if actor else None
    search.targets = named[target] if target else None
    search.readings = readings(words, named)
    noted = [crowd for crowd in crowds if crowd in (actor, target) or not named.get(whole)]
    search.notes = [crowd_note(crowd) for crowd in noted]
    if words:
        limit_reasons(search, words, newest)
    return search


def terms(text: str) -> tuple[list[int], dict[str, list[str]], list[str]]:
    """Return the numbers of events, the names after each prefix, and the plain words, each once."""
    numbers: list[int] = []
    prefixed: dict[str, list[str]] = {"actor": [], "target": []}
    words: list[str] = []
    for word in search_words(text):
        if number := NUMBER.fullmatch(word):
            numbers.append(int(number[1]))
        elif person := PERSON.fullmatch(word):
            prefixed[person[1].lower()].append(person[2])
        elif word not in words:
            words.append(word)
    return numbers, prefixed, words


def readings(words: list[str], named: dict[str, Ids]) -> list[Reading]:
    """
    Return how plain words can be understood; none if there are no words.

    All words stand in the reason; all words together are one name; every word that can name a person does, or only one
    of them does, and the other words stand in the reason.
    """
    if not words:
        return []
    found = [Reading(words=tuple(words))]
    if whole := named.get(" ".join(words)):
        found.append(Reading(people=(whole,)))
    naming = [word for word in words if named.get(word)]
    for names in [naming, *([word] for word in naming)]:
        others = tuple(word for word in words if word not in names)
        found.append(Reading(tuple(named[word] for word in names), others))
    return list(dict.fromkeys(found))


def people_named(texts: list[str], whole: str, newest: int) -> tuple[dict[str, Ids], list[str]]:
    """
    Return the people that each text names, and the texts that name more than MOST_PEOPLE people, which count as nobody.

    A text names everybody whose name or email address has all its words: people with an account as they are called
    today, otherwise people that the newest events name. whole: all plain words, looked up among the accounts only.
    newest: number of the newest event.
    """
    named: dict[str, Ids] = {}
    crowds = []
    for text in filter(None, dict.fromkeys([*texts, whole])):
        people = ids_named(text, MOST_PEOPLE + 1)
        named[text] = frozenset(people) if len(people) <= MOST_PEOPLE else NOBODY
        if len(people) > MOST_PEOPLE and text in texts:
            crowds.append(text)
    unknown = [text for text in named if text in texts and text not in crowds and not named[text]]
    if unknown:
        named |= named_by_log(unknown, after=newest - NEWEST)
    return named, crowds


def named_by_log(texts: list[str], *, after: int) -> dict[str, Ids]:
    """Return the people that each text names in events after this number: people without an account too."""
    names = reduce(or_, (Q(*(Q(text__icontains=in_json(word)) for word in text.split())) for text in texts))
    recent = AuditText.objects.filter(names, event__gt=after, part__in=[Part.ACTOR, Part.TARGET])
    rows = recent.order_by().values_list("part", "event__actor_id", "event__target_id", "text").distinct()[:500]
    named: dict[str, Ids] = dict.fromkeys(texts, NOBODY)
    for part, actor_id, target_id, stored in rows:
        person, known = actor_id if part == Part.ACTOR else target_id, content(AuditText(text=stored))
        name = f"{known.get('name', '')} {known.get('email', '')}".casefold()
        for text in texts:
            has_all_words = all(word.casefold() in name for word in text.split())
            if has_all_words and person is not None and len(named[text]) < MOST_PEOPLE:
                named[text] |= {person}
    return named


def limit_reasons(search: Search, words: list[str], newest: int) -> None:
    """Read only the reasons of the newest events if no index has all the words, and say so."""
    is_indexed = connections[AuditEvent.objects.db].vendor == "postgresql" and all(
        len(word) >= TRIGRAM for word in words
    )
    if newest > NEWEST_REASONS and not is_indexed:
        search.reasons_after = newest - NEWEST_REASONS
        note = _("Words of reasons are looked for in the newest %(count)s events only.")
        search.notes.append(note % {"count": grouped(NEWEST_REASONS)})


def crowd_note(text: str) -> str:
    """Return the sentence that says that a text names too many people."""
    note = ngettext(
        "More than %(count)s person is called “%(word)s”: type the full name or the address.",
        "More than %(count)s people are called “%(word)s”: type the full name or the address.",
        MOST_PEOPLE,
    )
    return note % {"count": MOST_PEOPLE, "word": text}
