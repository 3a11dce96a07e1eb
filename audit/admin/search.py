"""Finding events by what is typed: people as they are named today, and the words of reasons; always by an index."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from itertools import product
from operator import and_

from django.db import connections
from django.db.models import Case, Exists, F, Max, OuterRef, Q, QuerySet, When
from django.db.models.lookups import IContains
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.models import AuditErasure, AuditEvent, AuditText, Part
from audit.people import ids_named
from audit.search_words import search_words

# So many words may name people, each so many of them: enough for a full name, and a list of queries that stays short.
NAMING_WORDS, MOST_PEOPLE = 4, 25
# Whoever has no account any more is known only by the log, which has no index of names.
NEWEST = 20_000
# Without trigrams, and for words shorter than one, every reason has to be read.
TRIGRAM = 3
NEWEST_REASONS = 200_000
Ids = frozenset[int]
NOBODY: Ids = frozenset()


@dataclass
class Wanted:
    """
    What a search asks for: every word names the actor or the target, or stands in the reason.

    people: whom each word names. whole: whom all words together name. notes: what was left out, for people.
    reasons_after, reasons_before: between which numbers reasons are looked for, where that is known.
    """

    numbers: list[int] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    people: dict[str, Ids] = field(default_factory=dict)
    whole: Ids = NOBODY
    notes: list[str] = field(default_factory=list)
    reasons_after: int = 0
    reasons_before: int = 0

    def narrowed(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """All that is wanted of these events, as one condition."""
        for number in self.numbers:
            events = events.filter(seq=number)
        if not self.words:
            return events
        each = reduce(and_, (named(self.people.get(word, NOBODY)) | self.in_reason(word) for word in self.words))
        return events.filter(each | named(self.whole))

    def in_reason(self, word: str) -> Q:
        return Q(seq__in=AuditText.objects.filter(self.says(word, "")).values("event"))

    def says(self, word: str, path: str = "texts__") -> Q:
        # Spelled like the index of migration 0003.
        reason = Case(When(Q((f"{path}part", Part.REASON)), then=F(f"{path}text")))
        said = Q(IContains(reason, spelled(word))) & Q((f"{path}pk__isnull", False))
        if self.reasons_after:
            said &= Q((f"{path}event__gt", self.reasons_after))
        return said & Q((f"{path}event__lt", self.reasons_before)) if self.reasons_before else said

    def newest(self, events: QuerySet[AuditEvent], order: str, limit: int) -> list[AuditEvent]:
        """
        The first so many of these events in the order of their numbers, `seq` or `-seq`.

        PostgreSQL answers a short question for each way in which the words can be meant, each from its own index; one
        condition for all of them would have it read the log from the end until the page is full.
        """
        events = events.order_by(order)
        if not self.words or connections[events.db].vendor != "postgresql":
            return list(self.narrowed(events)[:limit])
        numbered = Wanted(self.numbers).narrowed(events.prefetch_related(None))
        first, *others = (way.values_list("seq", flat=True)[:limit] for way in self.ways(numbered))
        seqs = sorted(set(first.union(*others, all=True) if others else first), reverse=order == "-seq")[:limit]
        return list(events.filter(seq__in=seqs))

    def ways(self, events: QuerySet[AuditEvent]) -> Iterator[QuerySet[AuditEvent]]:
        """Each word is meant as the actor, the target, or a word of the reason: a queryset for each combination."""
        meant = [[Part.REASON, *([Part.ACTOR, Part.TARGET] if self.people.get(word) else [])] for word in self.words]
        for parts in product(*meant):
            about = list(zip(self.words, parts, strict=True))
            actors, targets = (
                [self.people[word] for word, part in about if part == who] for who in (Part.ACTOR, Part.TARGET)
            )
            reasons = [self.says(word) for word, part in about if part == Part.REASON]
            yield from way(events, reasons, common(actors), common(targets))
        if len(self.words) > 1:
            yield from way(events, [], self.whole, None)
            yield from way(events, [], None, self.whole)


def way(
    events: QuerySet[AuditEvent], reasons: list[Q], actors: Ids | None, targets: Ids | None
) -> Iterator[QuerySet[AuditEvent]]:
    """The events of these people and reasons; person by person where no reason leads to them. None: whoever it is."""
    if not reasons and actors is None:
        yield from (events.filter(shown(Part.TARGET), target_id=person) for person in sorted(targets or ()))
        return
    if targets is not None:
        events = events.filter(shown(Part.TARGET), target_id__in=targets)
    if actors is not None and reasons:
        events = events.filter(shown(Part.ACTOR), actor_id__in=actors)
    if reasons:
        # In one filter, so that one text has to say all of it.
        yield events.filter(reduce(and_, reasons))
        return
    yield from (events.filter(shown(Part.ACTOR), actor_id=person) for person in sorted(actors or ()))


def common(ids: list[Ids]) -> Ids | None:
    return frozenset.intersection(*ids) if ids else None


def named(people: Ids) -> Q:
    actor = Q(actor_id__in=people) & shown(Part.ACTOR)
    return actor | (Q(target_id__in=people) & shown(Part.TARGET))


def shown(part: Part) -> Q:
    """Where somebody was erased, or never named, a name that the account may still have finds nothing."""
    return Q((f"{part}_commitment__isnull", False)) & ~Q(
        Exists(AuditErasure.objects.filter(event=OuterRef("pk"), part=part))
    )


def spelled(word: str) -> str:
    """The word as it stands in the stored JSON."""
    return json.dumps(word, ensure_ascii=False)[1:-1].encode("utf-8", "backslashreplace").decode()


def wanted(text: str) -> Wanted:
    """What the text asks for; looks up whom its words name."""
    found = Wanted()
    for word in search_words(text):
        number = re.fullmatch(r"#([0-9]{1,18})", word)
        if number:
            found.numbers.append(int(number[1]))
        elif word not in found.words:
            found.words.append(word)
    naming = found.words[:NAMING_WORDS]
    many = []
    for word in naming:
        people = ids_named(word, MOST_PEOPLE + 1)
        if len(people) > MOST_PEOPLE:
            many.append(word)
        else:
            found.people[word] = frozenset(people)
    if len(found.words) > 1:
        whole = ids_named(" ".join(found.words), MOST_PEOPLE + 1)
        found.whole = frozenset(whole) if len(whole) <= MOST_PEOPLE else NOBODY
    if many and not found.whole:
        said = ngettext(
            "More than %(count)s person is called “%(word)s”: type the full name or the address.",
            "More than %(count)s people are called “%(word)s”: type the full name or the address.",
            MOST_PEOPLE,
        )
        found.notes += [said % {"count": MOST_PEOPLE, "word": word} for word in many]
    add_former(found, [word for word in naming if word not in many and not found.people[word]])
    return found


def add_former(found: Wanted, unknown: list[str]) -> None:
    """Whom the newest events name and no account does; and how far back a database without trigrams reads reasons."""
    if not found.words:
        return
    head = AuditEvent.objects.aggregate(head=Max("seq"))["head"] or 0
    by_trigrams = connections[AuditEvent.objects.db].vendor == "postgresql"
    if head > NEWEST_REASONS and not (by_trigrams and all(len(word) >= TRIGRAM for word in found.words)):
        found.reasons_after = head - NEWEST_REASONS
        said = _("Words of reasons are looked for in the newest %(count)s events only.")
        found.notes.append(said % {"count": f"{NEWEST_REASONS:,}"})
    if not unknown:
        return
    says = reduce(lambda one, other: one | other, (Q(text__icontains=spelled(word)) for word in unknown))
    recent = AuditText.objects.filter(says, event__gt=head - NEWEST, part__in=[Part.ACTOR, Part.TARGET])
    rows = recent.order_by().values_list("part", "event__actor_id", "event__target_id", "text").distinct()[:500]
    for part, actor_id, target_id, text in rows:
        said = json.loads(text)
        names = f"{said.get('name', '')} {said.get('email', '')}".casefold()
        person = actor_id if part == Part.ACTOR else target_id
        for word in unknown:
            if word.casefold() in names and person is not None and len(found.people[word]) < MOST_PEOPLE:
                found.people[word] |= {person}
