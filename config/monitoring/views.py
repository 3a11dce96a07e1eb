"""Page /metrics."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from . import figures, metrics


@login_not_required
@require_safe
def metrics_page(request):
    """Answer with all metrics if the request carries the token; for anybody else there is no such page."""
    sent = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not constant_time_compare(sent, f"Bearer {settings.METRICS_TOKEN}"):
        raise Http404
    return HttpResponse(metrics.text(figures.collect), content_type=CONTENT_TYPE_LATEST)
