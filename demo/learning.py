"""What Harbour Coffee learns: its modules, events and documents, dated from today on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts.models import Department, JobProfile, User
from learning.models import (
    Document,
    DocumentAudience,
    Event,
    EventAudience,
    Interaction,
    Module,
    ModuleAudience,
    ModuleProgress,
)

from .learning_content import DOCUMENTS, EVENTS, MODULES
from .pdf import pdf

DOMAIN = "@harbour.example"
# Several towns have a bar of the same name; how deep a department lies says which one is meant.
DEPARTMENTS = {"Copenhagen": 2, "Aarhus": 2, "Nørreport": 3}
# Who has done how much: the first so many steps, or all of them and submitted (None).
PROGRESS: dict[str, dict[str, int | None]] = {
    "lena": {
        "Welcome to Harbour Coffee": None,
        "Food safety basics": 2,
        "Closing the till": 1,
    },
    "max": {"Welcome to Harbour Coffee": None, "Allergens at the counter": None},
    "mona": {"Food safety basics": None},
}
# Ina is deactivated: her place goes to the next who registers.
REGISTERED = {
    "lena": ["First aid for shift leads"],
    "ina": ["Steaming milk, hands on"],
    "mona": ["Steaming milk, hands on"],
    "rita": ["Steaming milk, hands on"],
}


@transaction.atomic
def load() -> None:
    """Make what is missing; safe to repeat, and never touches what somebody has changed since."""
    shipped: list[tuple[Any, list[dict[str, Any]], Callable[..., None]]] = [
        (Module, MODULES, make_module),
        (Event, EVENTS, make_event),
        (Document, DOCUMENTS, make_document),
    ]
    for model, contents, make in shipped:
        for content in contents:
            if not model.objects.filter(title=content["title"]).exists():
                make(**content)
    if not ModuleProgress.objects.exists():
        make_progress()


def make_module(*, title, summary, description, audience, steps, due_in_days=None, after=(), tries=None):
    module = Module.objects.create(
        title=title, summary=summary, description=description, tries=tries, is_published=True
    )
    module.prerequisites.set(Module.objects.filter(title__in=after))
    due_at = day(due_in_days, hour=23, minute=59) if due_in_days is not None else None
    ModuleAudience.objects.create(item=module, due_at=due_at, **meant(audience))
    for position, (kind, name, prompt, *more) in enumerate(steps, start=1):
        interaction = Interaction.objects.create(
            module=module,
            position=position,
            kind=kind,
            title=name,
            prompt=prompt,
            is_required="optional" not in more,
            file=next((ContentFile(text.encode(), name) for name, text in files(more)), ""),
        )
        choices = next((part for part in more if isinstance(part, list)), [])
        interaction.offer([(text.removeprefix("* "), text.startswith("* ")) for text in choices])


def files(more: list) -> list[tuple[str, str]]:
    """Of what else a step says, the file to open: its name and its text."""
    return [part for part in more if isinstance(part, tuple)]


def make_event(*, title, summary, place, audience, in_days, hour, hours, capacity=None, description="", link=""):
    starts_at = day(in_days, hour=hour)
    event = Event.objects.create(
        title=title,
        summary=summary,
        description=description,
        place=place,
        link=link,
        capacity=capacity,
        is_published=True,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=hours),
    )
    EventAudience.objects.create(item=event, **meant(audience))


def make_document(*, title, summary, audience, name, text, from_next_monday=False):
    document = Document(title=title, summary=summary, is_published=True)
    if from_next_monday:
        document.published_from = day(7 - timezone.localtime().weekday(), hour=8)
    content = pdf(title, text) if name.endswith(".pdf") else text.encode()
    document.file = ContentFile(content, name=name)
    document.full_clean()
    document.save()
    DocumentAudience.objects.create(item=document, **meant(audience))


def meant(audience: str | None) -> dict:
    """A part of an audience: everyone, a department of the tree, or a job profile."""
    if audience is None:
        return {"is_everyone": True}
    if audience in DEPARTMENTS:
        return {"department": Department.objects.get(name=audience, depth=DEPARTMENTS[audience])}
    return {"job_profile": JobProfile.objects.get(name=audience)}


def day(days: int, *, hour: int, minute: int = 0) -> datetime:
    """So many days from today, at that time of the day where the company is."""
    return timezone.localtime().replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=days)


def make_progress() -> None:
    """Some have begun; two required steps keep Lena from submitting Food safety basics."""
    for name, modules in PROGRESS.items():
        person = User.objects.get(email=name + DOMAIN)
        for title, count in modules.items():
            module = Module.objects.get(title=title)
            steps = list(module.interactions.prefetch_related("choices"))
            module.keep_answers(person, {step: right_answer(step) for step in steps[:count]})
            if count is None:
                module.submit_for(person)
    for name, titles in REGISTERED.items():
        for event in Event.objects.filter(title__in=titles):
            event.register(User.objects.get(email=name + DOMAIN))


def right_answer(step: Interaction):
    right = [choice.pk for choice in step.choices.all() if choice.is_right]
    match step.kind:
        case Interaction.Kind.SINGLE_CHOICE:
            return right[0]
        case Interaction.Kind.MULTIPLE_CHOICE:
            return right
        case Interaction.Kind.FREE_TEXT:
            return "A second cloth rack beside the machine, so that clean and used ones never touch."
        case _other:
            return True
