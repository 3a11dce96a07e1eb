"""Modules, events and documents, their audiences, and the progress of users."""

from .answers import Answer
from .documents import Document, DocumentAudience, DocumentExclusion
from .events import Event, EventAudience, EventExclusion, RegistrationRefusal, RegistrationRefused
from .interactions import Choice, EarlierWording, Interaction
from .items import AudienceEntry, Exclusion, Item
from .modules import Module, ModuleAudience, ModuleExclusion, Status
from .progress import AlreadySubmitted, AnswersChanged, AnswersWrong, InteractionsMissing, ModuleProgress
from .registrations import Lapse, Registration

__all__ = [
    "AlreadySubmitted",
    "Answer",
    "AnswersChanged",
    "AnswersWrong",
    "AudienceEntry",
    "Choice",
    "Document",
    "DocumentAudience",
    "DocumentExclusion",
    "EarlierWording",
    "Event",
    "EventAudience",
    "EventExclusion",
    "Exclusion",
    "Interaction",
    "InteractionsMissing",
    "Item",
    "Lapse",
    "Module",
    "ModuleAudience",
    "ModuleExclusion",
    "ModuleProgress",
    "Registration",
    "RegistrationRefusal",
    "RegistrationRefused",
    "Status",
]
