"""Every form that changes many people: imports, their undo, and actions for many."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from .bulk import CHOOSE, of
from .import_files import HEADING
from .import_pages import COLUMNS, NEW, PREVIEW, UPLOAD, imported_run

CSV = f"{HEADING}\n{NEW}\n".encode()


def upload(w):
    return UPLOAD, w.shown(UPLOAD) | {"file": CSV}


def action_for_many(w):
    address = CHOOSE + of(w.lena)
    return address, w.shown(address) | {"action": "deactivate", "reason": "The shop is closed"}


def run_to(step):
    def form(w):
        address, data = action_for_many(w)
        run = w.browser.post(address, data).url
        return run, w.shown(run) | {"step": step}

    return form


def import_to(step):
    def form(w):
        w.browser.post(UPLOAD, w.shown(UPLOAD) | {"file": SimpleUploadedFile("people.csv", CSV)})
        return PREVIEW, w.shown(PREVIEW) | {"step": step}

    return form


def columns_of_a_file(w):
    w.browser.post(UPLOAD, w.shown(UPLOAD) | {"file": SimpleUploadedFile("people.csv", CSV)})
    return COLUMNS, w.shown(COLUMNS)


def undo_of_an_import(w):
    address = reverse("user_import_undo", args=[imported_run(w.lena).pk])
    return address, w.shown(address)


# The user who sends each form, and a function that opens its page and returns the address and all fields.
FORMS_OF_MANY = {
    "user_import": ("owner", upload),
    "user_import_columns": ("owner", columns_of_a_file),
    "user_import_preview": ("owner", import_to("confirm")),
    "user_import_preview (cancel)": ("owner", import_to("cancel")),
    "user_import_undo": ("owner", undo_of_an_import),
    "user_bulk": ("owner", action_for_many),
    "user_bulk_run": ("owner", run_to("confirm")),
    "user_bulk_run (discard)": ("owner", run_to("discard")),
}
