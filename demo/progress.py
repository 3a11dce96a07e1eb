"""What the people of Harbour Coffee have done so far: told for some of them, made up for their colleagues."""

from __future__ import annotations

from datetime import timedelta
from zlib import crc32

from django.utils import timezone

from accounts.models import User
from learning.models import Answer, Event, Interaction, Module, ModuleProgress

from .users import DOMAIN

# Number of answered interactions; None if all are answered and the module is submitted.
PROGRESS: dict[str, dict[str, int | None]] = {
    "lena": {
        "Welcome to Harbour Coffee": None,
        "Food safety basics": 2,
        "Closing the till": 1,
    },
    "max": {"Welcome to Harbour Coffee": None, "Allergens at the counter": None},
    "mona": {"Food safety basics": None},
}
# Ina is deactivated, so her place is free for the next person who registers.
REGISTERED = {
    "lena": ["First aid for shift leads"],
    "ina": ["Steaming milk, hands on"],
    "mona": ["Steaming milk, hands on"],
    "rita": ["Steaming milk, hands on"],
}
# Of a hundred colleagues: how many have submitted a module, and how many have begun it. More have done what is overdue.
SUBMITTED, SUBMITTED_OVERDUE, BEGUN = 55, 85, 10
OLDEST, NEWEST = 50, 2  # days ago


def make_progress() -> None:
    """Give some people progress and registrations; Lena can't submit Food safety basics yet."""
    for name, modules in PROGRESS.items():
        user = User.objects.get(email=name + DOMAIN)
        for title, count in modules.items():
            module = Module.objects.get(title=title)
            interactions = list(module.interactions.prefetch_related("choices"))
            module.keep_answers(user, {one: right_answer(one) for one in interactions[:count]})
            if count is None:
                module.submit_for(user)
    for name, titles in REGISTERED.items():
        for event in Event.objects.filter(title__in=titles):
            event.register(User.objects.get(email=name + DOMAIN))
    make_progress_of_colleagues()


def make_progress_of_colleagues() -> None:
    """Give everybody else the progress that their address and the title lead to, so that each demo is the same."""
    told = [name + DOMAIN for name in PROGRESS]
    steps = {module.pk: list(module.interactions.prefetch_related("choices")) for module in Module.objects.all()}
    progress, answers = [], []
    for user in User.objects.filter(is_active=True).exclude(email__in=told):
        for module in Module.objects.visible_to(user).with_due_state_of(user).filter(prerequisites=None):
            number = crc32(f"{user.email} {module.title}".encode())
            is_overdue = module.due_at is not None and module.due_at < timezone.now()
            submitted = SUBMITTED_OVERDUE if is_overdue else SUBMITTED
            if number % 100 >= submitted + BEGUN:
                continue
            is_done = number % 100 < submitted
            ended = timezone.now() - timedelta(days=NEWEST + number % (OLDEST - NEWEST), minutes=number % 400)
            progress.append(
                ModuleProgress(
                    user=user,
                    module=module,
                    started_at=ended - timedelta(minutes=15),
                    submitted_at=ended if is_done else None,
                )
            )
            answered = steps[module.pk] if is_done else steps[module.pk][:1]
            answers += [
                Answer(user=user, interaction=each, value=right_answer(each), answered_at=ended) for each in answered
            ]
    ModuleProgress.objects.bulk_create(progress)
    Answer.objects.bulk_create(answers)


def right_answer(interaction: Interaction):
    """Return an answer to the interaction that counts as right."""
    right = [choice.pk for choice in interaction.choices.all() if choice.is_right]
    match interaction.kind:
        case Interaction.Kind.SINGLE_CHOICE:
            return right[0]
        case Interaction.Kind.MULTIPLE_CHOICE:
            return right
        case Interaction.Kind.FREE_TEXT:
            return "A second cloth rack beside the machine, so that clean and used ones never touch."
        case _other:
            return True
