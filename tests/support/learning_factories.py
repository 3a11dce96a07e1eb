"""Modules, events and documents: published, for everyone unless an audience is given; and working through them."""

import re
from datetime import timedelta

from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from learning.asked import sent_as
from learning.models import Answer, Document, Event, Interaction, Module

PDF = b"%PDF-1.4\n%%EOF\n"
EVERYONE = {"is_everyone": True}
Kind = Interaction.Kind


def publish(item, *audience, excluded=()):
    """Save the item with its audience: each part as the fields of an audience entry."""
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
    """An interaction at the end of the module; a choice that begins with * is a right one."""
    interaction = module.interactions.create(
        title=title, kind=kind, is_required=required, prompt=prompt, position=module.interactions.count()
    )
    interaction.offer([(text.removeprefix("*"), text.startswith("*")) for text in choices])
    return interaction


def food_safety():
    """A module with one interaction of each kind; the free text alone may be left out."""
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
    """What the module's page sends: every interaction shown; answers by the first word of their title, lower case."""
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
    """What the module's page, opened now, says of what its fields are made from; nothing if it does not open."""
    page = client.get(module.get_absolute_url()).content.decode()
    return {"shown": re.findall(r'name="shown" value="([^"]+)"', page)}


def untouched(client, module):
    """What the module's page sends if it is opened now and nothing in it is changed."""
    form = client.get(module.get_absolute_url()).context["form"]
    return shown(client, module) | {f"answer-{pk}": sent_as(value) for pk, value in form.kept.items()}


def save(client, module, **given):
    """Open the page, and save these answers and no others."""
    return client.post(reverse("module_save", args=[module.pk]), answers(module, **given) | shown(client, module))


def submit(client, module, **given):
    """Open the page, and submit these answers and no others."""
    return client.post(reverse("module_submit", args=[module.pk]), answers(module, **given) | shown(client, module))
