"""Store the answers that a page sends: only those that the user changed, never over a newer one they did not see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit import log
from audit.context import current
from audit.kinds import Kind

from .models import AlreadySubmitted, Answer, Interaction, Module, ModuleProgress
from .models.answers import NO_PAGE, Given, Page, Verdict, judge

if TYPE_CHECKING:
    from accounts.models import User

Answers = dict[Interaction, Given]


def keep_answers(user: User, module: Module, given: Answers, page: Page = NO_PAGE) -> dict[int, Verdict]:
    """
    Store what a page changed, and return a verdict on each answer, by the key of its interaction.

    A request that a later request of the same page has overtaken stores nothing. Raise AlreadySubmitted if an answer
    would change after the module was submitted.
    """
    if not page.name:
        verdicts = judged(user, given)
        if Verdict.KEPT not in verdicts.values():
            return verdicts
    with log.recording():
        progress = module.progress_of(user)
        if progress.has_newer(page):
            return {each.pk: Verdict.STANDS for each in given}
        verdicts = judged(user, given, page, progress)
        kept = {each: given[each].value for each in given if verdicts[each.pk] == Verdict.KEPT}
        if kept and progress.submitted_at:
            raise AlreadySubmitted
        if kept:
            record_replaced(user, module, kept)
            module.store_answers(user, kept, page, {each: given[each].version for each in kept})
        if page.name:
            progress.note(page, kept)
    return verdicts


def judged(
    user: User, given: Answers, page: Page = NO_PAGE, progress: ModuleProgress | None = None
) -> dict[int, Verdict]:
    stored = {answer.interaction_id: answer for answer in Answer.objects.filter(user=user.pk, interaction__in=given)}

    def is_own(pk: int) -> bool:
        if not page.name or progress is None:
            return False
        return stored[pk].page == page.name if pk in stored else progress.has_taken_back(page, pk)

    def is_asked(each: Interaction) -> bool:
        version = given[each].version
        return version is None or version >= each.valid_from

    return {
        each.pk: judge(given[each], stored.get(each.pk), is_own=is_own(each.pk), is_asked=is_asked(each))
        for each in given
    }


def record_replaced(user: User, module: Module, kept: dict[Interaction, object]) -> None:
    """Record that a user replaces an answer that was given on their behalf; an assumed session is recorded anyway."""
    if current().assumed_session is not None:
        return
    replaced = Answer.objects.filter(user=user.pk, interaction__in=kept, assumed_session__isnull=False)
    for answer in replaced.select_related("interaction").order_by("pk"):
        log.record(
            Kind.ANSWER_REPLACED,
            target=user.as_person(),
            detail={
                "about": str(module),
                "interaction": answer.interaction_id,
                "given_in": str(answer.assumed_session),
                "before": {"value": answer.value},
                "after": {"value": kept[answer.interaction]},
            },
        )
