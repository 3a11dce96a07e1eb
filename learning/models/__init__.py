"""What people learn from, for whom it is, and how far they are."""

from .documents import Document, DocumentAudience, DocumentExclusion
from .events import Event, EventAudience, EventExclusion, Registration, RegistrationRefusal, RegistrationRefused
from .interactions import Answer, Choice, Interaction
from .items import AudienceEntry, Exclusion, Item
from .modules import (
    AlreadySubmitted,
    AnswersWrong,
    InteractionsMissing,
    Module,
    ModuleAudience,
    ModuleExclusion,
    ModuleProgress,
    Status,
)

__all__ = [
    "AlreadySubmitted",
    "Answer",
    "AnswersWrong",
    "AudienceEntry",
    "Choice",
    "Document",
    "DocumentAudience",
    "DocumentExclusion",
    "Event",
    "EventAudience",
    "EventExclusion",
    "Exclusion",
    "Interaction",
    "InteractionsMissing",
    "Item",
    "Module",
    "ModuleAudience",
    "ModuleExclusion",
    "ModuleProgress",
    "Registration",
    "RegistrationRefusal",
    "RegistrationRefused",
    "Status",
]
