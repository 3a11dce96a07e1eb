"""Store the answers that a page sends: only those that the user changed, never over a newer one they did not see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit import clock, log
from audit.changes import record_change
from audit.context import current
from audit.kinds import Kind

from .asked import Asked
from .models import (
    AlreadySubmitted,
    Answer,
    EarlierSubmission,
    Interaction,
    Module,
    ModuleProgress,
    NotDueAgain,
)
from .models.answers import NO_PAGE, Given, Page, Verdict, asked_among, judge
from .outcome import answers_in_words, result_of
from .validity import ANY_MARK

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
    more = asked_among(module.interactions.prefetch_related("choices"))
    for answer in replaced.select_related("interaction").order_by("pk"):
        before, after = {"value": answer.value}, {"value": kept[answer.interaction]}
        row = before | {"interaction_id": answer.interaction_id}
        log.record(
            Kind.ANSWER_REPLACED,
            target=user.as_person(),
            detail={
                "about": str(module),
                "interaction": answer.interaction_id,
                "given_in": str(answer.assumed_session),
                "before": before,
                "after": after,
            }
            | more(row, after),
        )


def do_again(user: User, module: Module) -> bool:
    """
    Open a submitted module again for a user, because it is expired, due again, or not passed and a try is left.

    Return False if it is open already, so that a second click does nothing. Raise NotDueAgain if it is not due again.
    """
    with log.recording():
        progress = lock_progress(user, module)
        if progress is None or not progress.submitted_at:
            return False
        now = Module.objects.with_due_state_of(user).get(pk=module.pk)
        if not now.may_be_opened_again:
            raise NotDueAgain
        open_again(user, module, progress, progress.tries_used if now.is_failed else 0)
        return True


def lock_progress(user: User, module: Module) -> ModuleProgress | None:
    """Return the user's progress, locked until the transaction ends; None if they have not begun the module."""
    return ModuleProgress.objects.select_for_update().filter(user=user.pk, module=module).first()


def open_again(user: User, module: Module, progress: ModuleProgress, tries_used: int = 0) -> EarlierSubmission:
    """
    Keep what the user submitted as an EarlierSubmission, and let them begin again, with all tries.

    progress: the submitted progress, locked by `lock_progress`. tries_used: how many tries stay used.
    """
    submitted_at: Any = progress.submitted_at
    asked = Asked(module, user, progress)
    result = result_of(asked)
    answers = Answer.ever.filter(user=user.pk, interaction__module=module)
    earlier = EarlierSubmission.objects.filter(user=user.pk, module=module)
    with (
        record_change(earlier, about=module),
        record_change(answers, about=module, more=asked_among(asked.interactions)),
        record_change(progress, about=module),
    ):
        kept = EarlierSubmission.objects.create(
            user_id=user.pk,
            module=module,
            started_at=progress.started_at,
            submitted_at=submitted_at,
            tries_used=progress.tries_used,
            right_count=result.right_count,
            question_count=result.question_count,
            counts_up_to=progress.counts_up_to,
            answers=answers_in_words(asked),
        )
        answers.delete()
        progress.started_at = clock.not_before(submitted_at)
        progress.submitted_at, progress.tries_used, progress.pages = None, tries_used, {}
        progress.counts_up_to = ANY_MARK
        progress.save(update_fields=["started_at", "submitted_at", "tries_used", "counts_up_to", "pages"])
    return kept
