"""The access check. It is asked by GET, because nothing of the user changes; each question is recorded once."""

import logging

from django.http import Http404
from django.views.decorators.http import require_safe

from accounts.authorization.decorators import records_on_get
from accounts.authorization.lookup import get_visible_user_or_404

from . import another_day, changes, compare, items, questions, what_if, who_else

ASKED = (
    items.QUESTION,
    another_day.QUESTION,
    changes.QUESTION,
    compare.QUESTION,
    what_if.QUESTION,
    who_else.QUESTION,
)
QUESTIONS = {question.name: question for question in ASKED}
logger = logging.getLogger(__name__)


@require_safe
@records_on_get
def user_access(request, pk, question=""):
    """Answer a question about a user, from User Management."""
    try:
        user = get_visible_user_or_404(request.user, pk)
    except Http404:
        logger.warning("Access of person %s asked for by person %s, who may not see them", pk, request.user.pk)
        raise
    return questions.page(request, question_named(question), user, actor=request.user, tabs=QUESTIONS.values())


@require_safe
@records_on_get
def assumed_session_access(request, question=""):
    """Answer the same in an assumed session: about the target, by the rights of the actor."""
    if not request.assumed_session:
        raise Http404
    return questions.page(request, question_named(question), request.user, actor=request.actor, tabs=QUESTIONS.values())


def question_named(name):
    """Return the question of this name. Raise Http404 if there is none."""
    if name not in QUESTIONS:
        raise Http404
    return QUESTIONS[name]
