"""The answer about one item: its sentences, the decisive one first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models.preferences import moment
from learning.models import AGAIN, Document, Event, Item, Module, Status
from learning.reads import MODULES_SEEN, PER_PAGE, by_urgency
from learning.visibility import since
from learning.visibility.audience import RULES, Verdict
from learning.visibility.explanation import RegistrationVerdict, Submission
from learning.visibility.history import History, history_of_item
from learning.visibility.path import Step, path_to
from learning.visibility.sentences import after_failing, draft_since, in_words
from learning.visibility.turns import last_turn

# After this time people wonder whether a module has to be done again.
LONG_AGO = timedelta(days=180)

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Facts:
    """All that an answer about one item is made from."""

    user: User
    actor: User
    item: Item
    history: History
    verdicts: list[Verdict]
    submission: Submission | None
    registration: list[RegistrationVerdict] | None
    now: datetime

    @property
    def name(self) -> str:
        return f"{self.item._meta.model_name}-{self.item.pk}"

    @property
    def failed(self) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if not verdict.passed]


def sentences(facts: Facts) -> list[str]:
    """Return what is decisive about the item, the cause first; the rules in full follow on the page."""
    return hidden(facts) if facts.failed else seen(facts)


def hidden(facts: Facts) -> list[str]:
    """Return why the user doesn't see the item: what changed, or the first rule that fails."""
    first = facts.failed[0]
    turn = last_turn(facts.history, facts.name, facts.now)
    since_when = [since.sentence(turn, facts.user, since.Names([turn], facts.actor))] if turn else []
    if first.rule.name == "prerequisites":
        steps = path_to(facts.history.now, facts.history.now.items[facts.name], facts.now)
        return [*way(steps, facts), *since_when]
    return [*since_when, first.sentence]


def draft(user: User, actor: User, item: Item, now: datetime) -> list[str]:
    """
    Return until when the user saw an item that is a draft now, and since when it is one.

    If it vanished by another rule before, nothing is said of that: the actor may not know who the draft is meant for.
    """
    turn = last_turn(history_of_item(user, item), f"{item._meta.model_name}-{item.pk}", now)
    if turn is None or turn.rule.name != "published":
        return [draft_since(item)]
    return [since.sentence(turn, user, since.Names([turn], actor)), draft_since(item)]


def way(steps: list[Step], facts: Facts) -> list[str]:
    """Return what the user has to do first, and what comes after that, or until when nobody can do anything."""
    known_modules: Any = Module.objects.known_to(facts.actor)
    modules = known_modules.with_due_state_of(facts.user).in_bulk([step.module.pk for step in steps])

    def titles(*steps: Step) -> str:
        known = (modules.get(step.module.pk) for step in steps)
        return in_words(module.title if module else "" for module in known)

    possible = [step for step in steps if step.cause is None]
    if not possible:
        blocked = [step for step in steps if step.cause and step.cause.name != "prerequisites"]
        return list(dict.fromkeys(later(step, titles(step)) for step in blocked))
    first, *others = [*possible, *(step for step in steps if step.cause is not None)]
    module = modules.get(first.module.pk)
    found = [first_step(titles(first), module, facts.user)]
    if others:
        found.append(_("Then %(titles)s.") % {"titles": titles(*others)})
    return found


def first_step(title: str, module: Any, user: User) -> str:
    if module and module.is_failed:
        said = _("First, %(person)s has to pass %(title)s, submitted below its pass mark. %(next)s")
        return said % {"person": user.name, "title": title, "next": after_failing(module, user)}
    facts = {"person": user.name, "title": title}
    if module is None:
        return _("First, %(person)s has to submit %(title)s.") % facts
    missing = [str(each) for each in module.missing_for(user)]
    if not missing:
        said = _("First, %(person)s has to submit %(title)s. Every required step is done: only Submit is left.")
        return said % facts
    said = ngettext(
        "First, %(person)s has to submit %(title)s. %(count)s required step is open: %(steps)s.",
        "First, %(person)s has to submit %(title)s. %(count)s required steps are open: %(steps)s.",
        len(missing),
    )
    return said % (facts | {"count": len(missing), "steps": ", ".join(missing)})


def later(step: Step, title: str) -> str:
    if step.module.published_from:
        said = _("It builds on %(title)s, which is published from %(time)s: nobody can submit it before then.")
        return said % {"title": title, "time": moment(step.module.published_from)}
    return _("It builds on %(title)s, which can't be done now.") % {"title": title}


def seen(facts: Facts) -> list[str]:
    """Return what keeps the user from submitting or registering, or that they take part; then where they find it."""
    place = where(facts.user, facts.item)
    if facts.submission:
        return [*of_submission(facts.submission, facts), *nobody_waits(facts), place]
    registration = facts.registration or ()
    decisive = [verdict for verdict in registration if not verdict.passed or verdict.name == "registered"]
    return [*(str(verdict.sentence) for verdict in decisive[:1]), place]


def nobody_waits(facts: Facts) -> list[str]:
    """Return the prerequisites that the user has not submitted and need not, because they can't."""
    items, person = facts.history.now.items, facts.history.now.person
    needed = [items[name] for name in items[facts.name].prerequisites if name in items]
    left_out = {
        each.pk: hiding[0]
        for each in needed
        if not person.has_valid_hand_in(each, facts.now)
        and (hiding := [rule for rule in RULES if not rule.holds(facts.history.now, each, facts.now)])
    }
    if not left_out:
        return []
    objects: Any = Module.objects
    known = objects.known_to(facts.actor) | objects.known_by_title_to(facts.actor)
    said = _("It builds on “%(title)s”, too, but nobody has to wait for that: %(cause)s.")
    titles = known.filter(pk__in=left_out).order_by("title", "pk").values_list("pk", "title")
    return [said % {"title": title, "cause": left_out[pk].cause} for pk, title in titles]


def of_submission(submission: Submission, facts: Facts) -> list[str]:
    """Return what the user submitted and how long it counts, else what keeps them from submitting."""
    person = {"person": facts.user.name}
    module = submission.module
    said = []
    if module.is_failed:
        return failed(submission, facts)
    if module.status in AGAIN and module.valid_until and module.last_submitted_at:
        times = {"submitted": moment(module.last_submitted_at), "until": moment(module.valid_until)}
        again = _("%(person)s submitted it on %(submitted)s. That expired on %(until)s, so it has to be done again.")
        due = _("%(person)s submitted it on %(submitted)s. That is valid until %(until)s; it can be done again now.")
        said.append((again if module.status == Status.EXPIRED else due) % (person | times))
        if submission.submitted_at:
            return [*said, _("“Do it again” on its page opens it.")]
    elif submission.submitted_at:
        return submitted(submission, facts)
    said += open_for(submission, person)
    if module.status == Status.OVERDUE and module.due_at:
        said.append(_("It has been overdue since %(time)s.") % {"time": moment(module.due_at)})
    return said


def failed(submission: Submission, facts: Facts) -> list[str]:
    """Return with which result the module was submitted and not passed, and who can do what now."""
    module = submission.module
    assert submission.submitted_at
    values = {
        "person": facts.user.name, "time": moment(submission.submitted_at), "mark": module.pass_mark,
        "right": submission.right_count, "count": submission.question_count,
    }  # fmt: skip
    said = ngettext(
        "%(person)s submitted it on %(time)s and has not passed: %(right)s of %(count)s question is right, and the "
        "pass mark is %(mark)s%%.",
        "%(person)s submitted it on %(time)s and has not passed: %(right)s of %(count)s questions are right, and the "
        "pass mark is %(mark)s%%.",
        submission.question_count,
    )
    found = [said % values, after_failing(module, facts.user)]
    if module.valid_until and module.valid_until > facts.now:
        counts = _("What %(person)s submitted before counts until %(time)s.")
        found.append(counts % {"person": facts.user.name, "time": moment(module.valid_until)})
    elif module.status == Status.OVERDUE and module.due_at:
        found.append(_("It has been overdue since %(time)s.") % {"time": moment(module.due_at)})
    return found


def submitted(submission: Submission, facts: Facts) -> list[str]:
    """Return when the module was submitted, with which result, and whether it is ever asked for again."""
    assert submission.submitted_at
    values = {
        "person": facts.user.name, "time": moment(submission.submitted_at),
        "right": submission.right_count, "count": submission.question_count, "tries": submission.tries,
    }  # fmt: skip
    if submission.module.valid_for is None and facts.now - submission.submitted_at > LONG_AGO:
        stays = _(
            "%(person)s submitted it on %(time)s, and that stays: the module does not say how long a result is valid."
        )
        return [stays % values]
    if not submission.question_count:
        return [_("%(person)s submitted it on %(time)s.") % values]
    if submission.tries and not submission.is_passed and submission.module.pass_mark is None:
        said = ngettext(
            "%(person)s submitted it on %(time)s with %(right)s of %(count)s question right, and all %(tries)s tries "
            "are used: it stays like this unless another try is given.",
            "%(person)s submitted it on %(time)s with %(right)s of %(count)s questions right, and all %(tries)s tries "
            "are used: it stays like this unless another try is given.",
            submission.question_count,
        )
    else:
        said = ngettext(
            "%(person)s submitted it on %(time)s with %(right)s of %(count)s question right.",
            "%(person)s submitted it on %(time)s with %(right)s of %(count)s questions right.",
            submission.question_count,
        )
    return [said % values]


def open_for(submission: Submission, person: dict[str, str]) -> list[str]:
    """Return what is open in a module that is not submitted."""
    if count := len(submission.missing):
        steps = ", ".join(map(str, submission.missing))
        said = ngettext(
            "%(person)s can't submit it yet: %(count)s required step is open: %(steps)s.",
            "%(person)s can't submit it yet: %(count)s required steps are open: %(steps)s.",
            count,
        )
        return [said % (person | {"count": count, "steps": steps})]
    if submission.wrong:
        if submission.module.pass_mark is not None:
            said = _("%(person)s did not reach the pass mark of %(mark)s%% in the last try.")
            return [said % (person | {"mark": submission.module.pass_mark})]
        said = _("The last try of %(person)s was refused, because not every required question was answered right.")
        return [said % person]
    said = _("Nothing stands in the way: every required step is done, and %(person)s has not chosen Submit yet.")
    return [said % person]


def where(user: User, item: Item) -> str:
    """Return where the user finds an item that they see."""
    if isinstance(item, Module):
        modules = by_urgency(MODULES_SEEN.objects(user))
        place = next((number for number, each in enumerate(modules) if each.pk == item.pk), 0)
        facts = {"page": place // PER_PAGE + 1, "status": modules[place].status.label if modules else ""}
        return _("It is under Modules, on page %(page)s, marked “%(status)s”.") % facts
    rows: Any = (
        Event.objects.visible_to(user).coming() if isinstance(item, Event) else Document.objects.visible_to(user)
    )
    place = next((number for number, pk in enumerate(rows.values_list("pk", flat=True)) if pk == item.pk), 0)
    named = _("Events") if isinstance(item, Event) else _("Documents")
    return _("It is under %(list)s, on page %(page)s.") % {"list": named, "page": place // PER_PAGE + 1}
