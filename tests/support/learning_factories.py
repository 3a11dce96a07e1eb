"""Published modules, events and documents (for everyone unless an audience is given), and answers to modules."""

import re
from datetime import timedelta

from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from learning.asked import sent_as
from learning.models import Answer, Document, Event, Interaction, Module, ModuleProgress

PDF = b"%PDF-1.4\n%%EOF\n"
EVERYONE = {"is_everyone": True}
Kind = Interaction.Kind


def publish(item, *audience, excluded=()):
    """Save the item with its audience and exclusions. audience: the fields of each audience entry."""
    item.save()
    for part in audience:
        item.audience.create(**part)
    for person in excluded:
        item.exclusions.create(person=person)
    return item


def make_module(title="Food safety basics", *audience, excluded=(), **fields):
    module = Module(title=title, **{"is_published": True} | fields)
    return publish(module, *(audience or [EVERYONE]), excluded=excluded)


def make_event(title="Latte art night", *audience, excluded=(), **fields):
    starts_at = timezone.now() + timedelta(days=3)
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
    event = Event(title=title, **{"is_published": True} | times | fields)
    return publish(event, *(audience or [EVERYONE]), excluded=excluded)


def make_document(title="Wall chart", *audience, content=PDF, name="chart.pdf", excluded=(), **fields):
    document = Document(title=title, **{"is_published": True} | fields)
    document.file = ContentFile(content, name=name)
    return publish(document, *(audience or [EVERYONE]), excluded=excluded)


def add_interaction(module, title, kind=Kind.READ, *, required=True, choices=(), prompt=""):
    """Add an interaction at the end of the module. A choice that begins with * is right."""
    interaction = module.interactions.create(
        title=title, kind=kind, is_required=required, prompt=prompt, position=module.interactions.count()
    )
    interaction.offer([(text.removeprefix("*"), text.startswith("*")) for text in choices])
    return interaction


def food_safety():
    """Create a module with an interaction of each kind that is answered; only the free text is optional."""
    module = make_module()
    add_interaction(module, "Clean hands", Kind.READ)
    add_interaction(module, "I report illness", Kind.ACKNOWLEDGE)
    add_interaction(module, "How cold is the fridge?", Kind.SINGLE_CHOICE, choices=["*5 °C", "12 °C"])
    add_interaction(
        module, "When do you change the cloth?", Kind.MULTIPLE_CHOICE, choices=["*Smells", "*Evening", "Never"]
    )
    add_interaction(module, "In your own words", Kind.FREE_TEXT, required=False)
    return module


def answers(module, **given):
    """Return the data of the module's page: all interactions shown; answers by the title's first word in lower case."""
    data = {"shown": []}
    for interaction in module.interactions.prefetch_related("choices"):
        data["shown"].append(interaction.pk)
        word = interaction.title.split()[0].lower()
        if word in given:
            value = given.pop(word)
            ids = {choice.text: choice.pk for choice in interaction.choices.all()}
            if interaction.offers_choices:
                value = [ids[text] for text in value] if isinstance(value, list) else ids[value]
            data[f"answer-{interaction.pk}"] = value
    assert not given, given
    return data


COMPLETE = {"clean": "on", "i": "on", "how": "5 °C", "when": ["Smells", "Evening"]}


def kept(person):
    return {answer.interaction.title: answer.value for answer in Answer.objects.filter(user=person)}


def choice(module, title, text):
    return module.interactions.get(title=title).choices.get(text=text).pk


def shown(client, module):
    """Open the module's page and return its "shown" fields; the list is empty if the page doesn't open."""
    page = client.get(module.get_absolute_url()).content.decode()
    return {"shown": re.findall(r'name="shown" value="([^"]+)"', page)}


def untouched(client, module):
    """Open the module's page, and return the data that it sends without a change."""
    form = client.get(module.get_absolute_url()).context["form"]
    return shown(client, module) | {f"answer-{pk}": sent_as(value) for pk, value in form.kept.items()}


def submitted(person, module, *, days_ago=0):
    """Submit the module for the person some days ago, with what is answered."""
    module.submit_for(person)
    at = timezone.now() - timedelta(days=days_ago)
    ModuleProgress.objects.filter(user=person, module=module).update(started_at=at, submitted_at=at)
    return module


def save(client, module, **given):
    """Open the page, and save only these answers."""
    return client.post(reverse("module_save", args=[module.pk]), answers(module, **given) | shown(client, module))


def submit(client, module, **given):
    """Open the page, and submit only these answers."""
    return client.post(reverse("module_submit", args=[module.pk]), answers(module, **given) | shown(client, module))
