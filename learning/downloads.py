"""Downloads of uploaded files, after a view has decided that the user may read them."""

import logging

from django.http import FileResponse
from django.shortcuts import render

from . import uploads

logger = logging.getLogger(__name__)
RETRY_AFTER = 30  # seconds


def download(request, file, filename):
    """Return the file, or a page that says why not: 404 if the storage hasn't got it, 503 if the storage is gone."""
    try:
        content = file.open("rb")
    except FileNotFoundError:
        return file_page(request, filename, 404)
    except OSError:
        logger.exception("A file can't be read from the storage")
        response = file_page(request, filename, 503)
        response.headers["Retry-After"] = str(RETRY_AFTER)
        return response
    return FileResponse(
        content,
        as_attachment=True,
        filename=filename,
        content_type=uploads.content_type(filename),
        headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"},
    )


def file_page(request, filename, status):
    context = {"filename": filename, "is_missing": status == 404}
    return render(request, "learning/file_unavailable.html", context, status=status)
