"""Forms of modules, events and documents, for every_form.py."""

from django.urls import reverse

from learning.models import Document, Event, Module
from tests.learning.test_admin import PUBLISHED

from .learning_factories import PDF, make_document

TIMES = {f"{name}_{part}": value for name in ("starts_at", "ends_at") for part, value in ((0, "2040-01-01"),)}
EVENT = TIMES | {"title": "Night", "place": "Roastery", "starts_at_1": "18:00", "ends_at_1": "20:00"}
FILE = {"title": "Chart", "file": PDF}


def event_button(name):
    def form(w):
        event = Event.objects.get()
        if name == "event_leave":
            event.register(w.lena)
        address = reverse(name, args=[event.pk])
        return address, w.shown(reverse("event_list"), address)

    return form


def place_to_take_back(w):
    event = Event.objects.get()
    event.register(w.lena)
    address = reverse("place_take_back", args=[event.registrations.get(user=w.lena).pk])
    return address, w.shown(address) | {"reason": "The course is for baristas"}


def place_to_give(w):
    address = reverse("place_give", args=[Event.objects.get().pk])
    return address, w.shown(address) | {"person": w.lena.email, "reason": "Her manager asked for it"}


def module_form(name):
    def form(w):
        w.module.interactions.update(is_required=False)
        page = reverse("module_detail", args=[w.module.pk])
        return reverse(name, args=[w.module.pk]), w.shown(page, reverse("module_save", args=[w.module.pk]))

    return form


def admin_page(model, view, **filled):
    def form(w):
        make_document()
        item = {"module": Module, "event": Event, "document": Document}[model].objects.first()
        address = reverse(f"admin:learning_{model}_{view}", args=[] if view == "add" else [item.pk])
        data = w.shown(address)
        return address, data if view == "delete" else data | PUBLISHED | filled | {"_save": "Save"}

    return form
