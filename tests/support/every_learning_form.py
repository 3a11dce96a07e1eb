"""Forms of modules, events and documents, for every_form.py."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from learning.models import Document, Event, Module, ModuleProgress, WaitingEntry
from tests.learning.test_admin import PUBLISHED

from .learning_factories import PDF, make_document

DAY = timedelta(days=1)
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


def waiting_button(name):
    def form(w):
        event = full_event(w)
        if name == "event_stop_waiting":
            event.wait(w.lena)
        address = reverse(name, args=[event.pk])
        return address, w.shown(reverse("event_list"), address)

    return form


def full_event(w):
    """Return the event with a waiting list, and all its places taken."""
    Event.objects.update(capacity=1, has_waiting_list=True)
    event = Event.objects.get()
    event.register(w.sam)
    return event


def waiting_to_take_off(w):
    full_event(w).wait(w.lena)
    address = reverse("waiting_take_off", args=[WaitingEntry.objects.get().pk])
    return address, w.shown(address) | {"reason": "The course is for baristas"}


def place_to_take_back(w):
    event = Event.objects.get()
    event.register(w.lena)
    address = reverse("place_take_back", args=[event.registrations.get(user=w.lena).pk])
    return address, w.shown(address) | {"reason": "The course is for baristas"}


def place_to_give(w):
    address = reverse("place_give", args=[Event.objects.get().pk])
    return address, w.shown(address) | {"person": w.lena.email, "reason": "Her manager asked for it"}


def try_to_give(w):
    w.module.interactions.update(is_required=False)
    w.module.submit_for(w.lena)
    address = reverse("result_reopen", args=[w.lena.pk, w.module.pk])
    return address, w.shown(address) | {"reason": "The fire alarm rang"}


def time_to_give(w):
    address = reverse("due_date_extend", args=[w.lena.pk, w.module.pk])
    return address, w.shown(address) | {"day": "2040-01-31", "reason": "She was ill"}


def module_to_do_again(w):
    w.module.interactions.update(is_required=False)
    w.module.submit_for(w.lena)
    Module.objects.filter(pk=w.module.pk).update(valid_for=timedelta(days=30), reopens_before=timedelta(days=29.9))
    ModuleProgress.objects.update(started_at=timezone.now() - DAY, submitted_at=timezone.now() - DAY)
    address = reverse("module_do_again", args=[w.module.pk])
    return address, w.shown(w.module.get_absolute_url(), address)


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


# The user who sends each form, and a function that opens its page and returns the address and all fields.
LEARNING_FORMS = {
    "module_save": ("lena", module_form("module_save")),
    "module_submit": ("lena", module_form("module_submit")),
    "module_do_again": ("lena", module_to_do_again),
    "event_register": ("lena", event_button("event_register")),
    "event_leave": ("lena", event_button("event_leave")),
    "event_wait": ("lena", waiting_button("event_wait")),
    "event_stop_waiting": ("lena", waiting_button("event_stop_waiting")),
    "waiting_take_off": ("owner", waiting_to_take_off),
    "place_give": ("owner", place_to_give),
    "place_take_back": ("owner", place_to_take_back),
    "result_reopen": ("owner", try_to_give),
    "due_date_extend": ("owner", time_to_give),
    "admin:learning_module_add": ("owner", admin_page("module", "add", title="Hygiene")),
    "admin:learning_module_change": ("owner", admin_page("module", "change", title="Hygiene")),
    "admin:learning_module_delete": ("owner", admin_page("module", "delete")),
    "admin:learning_event_add": ("owner", admin_page("event", "add", **EVENT)),
    "admin:learning_event_change": ("owner", admin_page("event", "change", title="Night")),
    "admin:learning_event_delete": ("owner", admin_page("event", "delete")),
    "admin:learning_document_add": ("owner", admin_page("document", "add", **FILE)),
    "admin:learning_document_change": ("owner", admin_page("document", "change", title="Chart")),
    "admin:learning_document_delete": ("owner", admin_page("document", "delete")),
}
