"""Cost of learners' pages and of the access check with 1,000 modules and 100,000 users (PEOPLE=5000 for fewer)."""

import gc
import itertools
import os
import random
import statistics
from datetime import timedelta
from functools import partial

from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Department, FieldChange, JobProfile, User
from learning.access_check import access
from learning.models import (
    Answer,
    Choice,
    Document,
    DocumentAudience,
    Event,
    EventAudience,
    Interaction,
    Module,
    ModuleAudience,
    ModuleExclusion,
    ModuleProgress,
    Registration,
)

from . import figures, large_company, measure
from .user_management import person, signed_in

PEOPLE = int(os.environ.get("PEOPLE", 100_000 if connection.vendor == "postgresql" else 10_000))
ROUNDS = int(os.environ.get("ROUNDS", 30))
MODULES, EVENTS, DOCUMENTS = 1_000, 200, 300
FEW, MANY = 5, 500
GOAL = 150
DAY = timedelta(days=1)
FILL = "Bulk"


class Case:
    """An address that one user requests."""

    def __init__(self, client: Client, address: str):
        self.client, self.address = client, address


def get(case: Case) -> None:
    """Request the page; a question of the access check is put on record first, then a redirect leads to the answer."""
    response = case.client.get(case.address, follow=True)
    assert response.status_code == 200, (case.address, response.status_code)


def queries(case: Case) -> int:
    with CaptureQueriesContext(connection) as captured:
        get(case)
    return len(captured)


def build() -> None:
    """Create users, items of all kinds with audiences of all kinds, and a history for the measured users."""
    large_company.build(PEOPLE)
    chance = random.Random(MODULES)  # noqa: S311 nothing secret
    places = list(Department.objects.order_by("path"))
    profiles = list(JobProfile.objects.all())
    people = list(User.objects.filter(is_active=True).order_by("-pk")[:1_000])

    def audience(model, item, *, of_one=False, **more):
        groups = [{"department": chance.choice(places)}, {"job_profile": chance.choice(profiles)}]
        return model(item=item, **({"person": chance.choice(people)} if of_one else chance.choice(groups)), **more)

    now = timezone.now()
    modules = Module.objects.bulk_create(
        Module(
            title=f"{FILL} module {number}",
            summary="What everybody behind the bar should know.",
            is_published=number % 20 != 0,
            published_from=now - (number - 50) * DAY / 10,
        )
        for number in range(MODULES)
    )
    ModuleAudience.objects.bulk_create(
        audience(ModuleAudience, module, of_one=of_one, due_at=chance.choice([None, now + chance.randrange(90) * DAY]))
        for module, of_one in itertools.product(modules, (False, True))
    )
    ModuleExclusion.objects.bulk_create(ModuleExclusion(item=module, person=people[0]) for module in modules[::50])
    for module, before in zip(modules[1::10], modules[::10], strict=True):
        module.prerequisites.add(before)
    interactions = Interaction.objects.bulk_create(
        Interaction(
            module=module, position=place, kind=kind, title=f"Step {place}", prompt="Read **this**, then go on."
        )
        for module in modules
        for place, kind in enumerate(("read", "acknowledge", "single_choice", "free_text"))
    )
    Choice.objects.bulk_create(
        Choice(interaction=interaction, position=place, text=f"Answer {place}", is_right=place == 0)
        for interaction in interactions[2::4]
        for place in range(4)
    )
    events = Event.objects.bulk_create(
        Event(
            title=f"{FILL} event {number}", is_published=True, starts_at=now + (number % 60 + 1) * DAY,
            ends_at=now + (number % 60 + 1) * DAY + DAY / 8, place="The bar", capacity=30 if number % 2 else None,
        )
        for number in range(EVENTS)
    )  # fmt: skip
    EventAudience.objects.bulk_create(audience(EventAudience, event) for event in events)
    Registration.objects.bulk_create(
        Registration(event=event, user=user) for event in events for user in chance.sample(people, 20)
    )
    file = ContentFile(b"%PDF-1.4\n%%EOF\n", name="bench.pdf")
    first = Document.objects.create(title=f"{FILL} document 0", file=file, is_published=True)
    documents = Document.objects.bulk_create(
        Document(
            title=f"{FILL} document {number}", file=first.file.name, filename="bench.pdf", size=15, is_published=True
        )
        for number in range(1, DOCUMENTS)
    )
    DocumentAudience.objects.bulk_create(audience(DocumentAudience, document) for document in [first, *documents])
    begun = [(user, module) for user in people for module in chance.sample(modules, 10)]
    ModuleProgress.objects.bulk_create(ModuleProgress(user=user, module=module) for user, module in begun)
    steps = {module: interactions[4 * place : 4 * place + 4] for place, module in enumerate(modules)}
    Answer.objects.bulk_create(
        Answer(user=user, interaction=step, value=True) for user, module in begun for step in steps[module][:2]
    )
    for count, name in ((FEW, "few"), (MANY, "many")):
        learner = User.objects.create_user(f"{name}@harbour.example", first_name=name, last_name="Assigned")
        open_to_all = [module for module in modules if module.is_published and module.published_from <= now]
        ModuleAudience.objects.bulk_create(
            ModuleAudience(item=module, person=learner, due_at=now + DAY) for module in open_to_all[-count:]
        )
        started = open_to_all[-count:][::2]
        ModuleProgress.objects.bulk_create(ModuleProgress(user=learner, module=module) for module in started)
        Answer.objects.bulk_create(
            Answer(user=learner, interaction=interaction, value=True)
            for interaction in Interaction.objects.filter(module__in=started, kind="read")
        )
    build_history(modules, chance)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def build_history(modules: list[Module], chance: random.Random) -> None:
    """Create 20 changes of each module, and a hundred of each measured user, within a year."""
    now = timezone.now()

    def change(kind: str, number: int, field: str, before: str | None, after: str | None) -> FieldChange:
        at = now - chance.random() * 365 * DAY
        return FieldChange(kind=kind, number=number, at=at, field=field, before=before, after=after)

    places = list(Department.objects.values_list("pk", flat=True))
    changes = []
    for module in modules:
        for _number in range(10):
            name = f"department-{chance.choice(places)}"
            changes += [change("module", module.pk, "audience", None, name)]
            changes += [change("module", module.pk, "is_published", *chance.sample(["yes", None], 2))]
    for name in ("lena", "many", "few"):
        changes += [
            change("user", person(name).pk, "department", *map(str, chance.sample(places, 2))) for _number in range(100)
        ]
    FieldChange.objects.bulk_create(changes, batch_size=1_000)


def cases() -> dict[str, Case]:
    found = {}
    for name in ("lena", "few", "many"):
        client, learner = signed_in(name), person(name)
        module = Module.objects.visible_to(learner).order_by("pk").last()
        for label, address in {
            "dashboard": "/",
            "modules": "/modules/",
            "modules, search": "/modules/?q=module",
            "module": module.get_absolute_url(),
            "events": "/events/",
            "documents": "/documents/",
        }.items():
            found[f"{name}: {label}"] = Case(client, address)
    sam = signed_in("sam")
    long_ago, place = f"{timezone.localtime() - 90 * DAY:%Y-%m-%dT%H:%M}", Department.objects.order_by("-path")[0].pk
    for name in ("lena", "many"):
        learner = person(name)
        hidden = Module.objects.exclude(pk__in=Module.objects.visible_to(learner).values("pk")).latest("pk")
        address = f"/users/{learner.pk}/access/"
        for label, query in {
            "the page": "",
            "a search": f"?q={FILL}+module+9",
            "a search that finds a thousand": f"?q={FILL}",
            "one item": f"?item=module-{hidden.pk}",
            "another day, one item": f"day/?item=module-{hidden.pk}&day={long_ago}",
            "another day, everything": f"day/?day={long_ago}",
            "what has changed in 90 days": "changes/?days=90",
            "what if, one item": f"what-if/?if=1&item=module-{hidden.pk}&department={place}",
            "what if, everything": f"what-if/?if=1&department={place}",
            "compared with few": "compare/?with=few%40harbour.example",
            "who else": f"who-else/?item=module-{hidden.pk}",
        }.items():
            found[f"access check of {name}: {label}"] = Case(sam, address + query)
    return found


def main() -> None:
    if not Module.objects.filter(title__startswith=FILL).exists():
        build()
    gc.collect()
    gc.freeze()  # what building left in memory, which no server holds, is no part of a request
    access.CHECKS_A_MINUTE = 1_000_000  # no user sends as many requests as a benchmark
    asked = cases()
    times = measure.interleaved({name: partial(get, case) for name, case in asked.items()}, ROUNDS, warm_up=3)
    print(f"\n{connection.vendor}: {User.objects.count():,} people, {Module.objects.count():,} modules, ", end="")
    print(f"{Event.objects.count()} events  (p95 ≤ {GOAL} ms)")
    print(f"{'':<60}{'median ms':>10}{'p95 ms':>10}{'queries':>9}")
    for name, case in asked.items():
        median, p95 = statistics.median(times[name]), measure.percentile(times[name], 95)
        print(f"{name:<60}{median:>10.1f}{p95:>10.1f}{queries(case):>9}{'' if p95 <= GOAL else '  over'}")
    sizes = f"{User.objects.count():,} people, {Module.objects.count():,} modules"
    for goal, names in {
        "learning_p95": [name for name in asked if "who else" not in name],
        "who_else": [name for name in asked if "who else" in name],
    }.items():
        p95s = [measure.percentile(times[name], 95) for name in names]
        figures.keep(goal, max(p95s), low=min(p95s), high=max(p95s), sizes=sizes)


if __name__ == "__main__":
    main()
