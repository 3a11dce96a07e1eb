"""Steps of the import pages: upload, preview, confirm."""

import io
import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from accounts.user_import import apply_import, plan_import

from .import_files import HEADING

UPLOAD, COLUMNS, PREVIEW, SKIPPED, MAPPING = (
    reverse(f"user_import{page}") for page in ("", "_columns", "_preview", "_skipped", "_mapping")
)
RUNS = f"{UPLOAD}runs/"
NEW = "N-1,Nora,Lund,nora@harbour.example,Copenhagen / Airport,Barista,Active"


def upload(client, content, name="people.csv"):
    content = content if isinstance(content, bytes) else content.encode()
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, content)})


def described(client, **said):
    """Return the form of the columns as it is offered, but for what is said: a field for each heading."""
    page = client.get(COLUMNS)
    if page.status_code != 200:
        return {}
    form = page.context["form"]
    data = {bound.html_name: bound.initial for bound in form if bound.initial not in (None, False)}
    fields = {bound.label: bound.html_name for bound in form}
    return data | {fields.get(label, label): value for label, value in said.items()}


def mapped(client, **said):
    """Send the page of the columns, with what is said."""
    return client.post(COLUMNS, described(client, **said))


def answered(client, said):
    """Answer questions of the preview: for a part of each question's sentence the value of the answer."""
    data = {"step": "answer"}
    for question, field, _offered in client.get(PREVIEW).context["answers"].rows():
        for part, value in said.items():
            if part in question.sentence:
                data[field.html_name] = value
    return client.post(PREVIEW, data)


def looked_at(client, content, name="people.csv", **said):
    """Upload the file, say what its columns are, and return the HTML of its preview."""
    response = upload(client, content, name)
    if response.status_code == 422:
        return response.content.decode()
    if response.url == COLUMNS:
        assert mapped(client, **said).url == PREVIEW
    response = client.get(PREVIEW)
    assert response.status_code == 200
    return response.content.decode()


def seen(page):
    return re.search('name="seen" value="([0-9a-f]{64})"', page)[1]


def confirm(client, page, **options):
    number = re.search(r"If that is right, type (\d+)", page)
    data = {"step": "confirm", "seen": seen(page), "typed": number[1] if number else ""}
    return client.post(PREVIEW, data, **options)


def tally(page):
    """Return the counts of a preview: new, changed, unchanged, skipped."""
    return [int(number) for number in re.findall(r"<dd>(\d+)</dd>", page)]


def problems(page):
    """Return the table of rows that are skipped."""
    found = re.findall(
        r'<th scope="row"[^>]*>\s*(.*?)\s*</th>\s*<td data-label="Column">(.*?)</td>\s*<td>(.*?)</td>', page
    )
    return [tuple(text.strip() for text in row) for row in found]


def kept_files():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM config_cacheentry WHERE key LIKE '%people-import%' AND key NOT LIKE '%:choices'"
        )
        return cursor.fetchone()[0]


def imported_run(lena):
    """Return a run of the import that has changed Lena's name."""
    lines = f"First name,E-mail\nLene,{lena.email}\n"
    return apply_import(plan_import(io.BytesIO(lines.encode()), "people.csv"))


def imported_on_the_page(*lines, actor=None):
    """Return the run of an import of these rows, as the page makes it."""
    content = "\n".join([HEADING, *lines]) + "\n"
    plan = plan_import(io.BytesIO(content.encode()), "<staff>.csv", actor=actor)
    return apply_import(plan, actor=actor, way="page")
