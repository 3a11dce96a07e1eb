"""Modules, events and documents, their audiences, and the progress of users."""

from .answers import Answer
from .documents import Document, DocumentAudience, DocumentExclusion
from .due_states import AGAIN, DueDateExtension, Status
from .earlier_submissions import EarlierSubmission
from .events import Event, EventAudience, EventExclusion
from .interactions import Choice, EarlierWording, Interaction
from .items import AudienceEntry, Exclusion, Item
from .modules import Module, ModuleAudience, ModuleExclusion
from .progress import AlreadySubmitted, AnswersChanged, AnswersWrong, InteractionsMissing, ModuleProgress, NotDueAgain
from .registrations import Lapse, Registration, RegistrationRefusal, RegistrationRefused
from .waiting import Waited, WaitingEntry

__all__ = [
    "AGAIN",
    "AlreadySubmitted",
    "Answer",
    "AnswersChanged",
    "AnswersWrong",
    "AudienceEntry",
    "Choice",
    "Document",
    "DocumentAudience",
    "DocumentExclusion",
    "DueDateExtension",
    "EarlierSubmission",
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
    "NotDueAgain",
    "Registration",
    "RegistrationRefusal",
    "RegistrationRefused",
    "Status",
    "Waited",
    "WaitingEntry",
]
