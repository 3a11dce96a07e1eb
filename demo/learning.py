"""The modules, events and documents of Harbour Coffee, with dates relative to today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts.models import Department, JobProfile
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
from .progress import make_progress

# Depth of each department in the tree, because several towns have a bar of the same name.
DEPARTMENTS = {"Copenhagen": 2, "Aarhus": 2, "Nørreport": 3}


@transaction.atomic
def load() -> None:
    """Create what is missing, and leave everything that exists unchanged; safe to repeat."""
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


def make_module(*, title, summary, description, audience, interactions, due_in_days=None, after=(), **result):
    """Create a module with its audience and interactions; the arguments are those of MODULES. result: tries, mark."""
    module = Module.objects.create(title=title, summary=summary, description=description, is_published=True, **result)
    module.prerequisites.set(Module.objects.filter(title__in=after))
    due_at = day(due_in_days, hour=23, minute=59) if due_in_days is not None else None
    ModuleAudience.objects.create(item=module, due_at=due_at, **meant(audience))
    for position, (kind, name, prompt, *more) in enumerate(interactions, start=1):
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
    """Return the files (name, text) among the optional parts of an interaction."""
    return [part for part in more if isinstance(part, tuple)]


def make_event(*, title, summary, place, audience, in_days, hour, hours, capacity=None, description="", link=""):
    """Create an event with its audience; the arguments are those of EVENTS."""
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
    """Create a document with its audience; the arguments are those of DOCUMENTS."""
    document = Document(title=title, summary=summary, is_published=True)
    if from_next_monday:
        document.published_from = day(7 - timezone.localtime().weekday(), hour=8)
    content = pdf(title, text) if name.endswith(".pdf") else text.encode()
    document.file = ContentFile(content, name=name)
    document.full_clean()
    document.save()
    DocumentAudience.objects.create(item=document, **meant(audience))


def meant(audience: str | None) -> dict:
    """Return the fields of an audience rule: everyone, a department, or a job profile."""
    if audience is None:
        return {"is_everyone": True}
    if audience in DEPARTMENTS:
        return {"department": Department.objects.get(name=audience, depth=DEPARTMENTS[audience])}
    return {"job_profile": JobProfile.objects.get(name=audience)}


def day(days: int, *, hour: int, minute: int = 0) -> datetime:
    """Return the time `days` days from today, in the platform's time zone."""
    return timezone.localtime().replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=days)
