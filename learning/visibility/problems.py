"""Problems of published items that their writers cause and don't see: nobody sees the item, or nobody can submit it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Prefetch, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.models.preferences import moment
from learning import uploads
from learning.models import Document, Event, Interaction, Module

from .audience import has_not_closed, has_opened, is_published, related


@dataclass(frozen=True, slots=True)
class Problem:
    """
    Something that keeps everybody from an item or from submitting it.

    label: a few words for a list. condition: returns the items of a kind that have it, without looking at files.
    sentence: returns what to say of an item that has it. setting: the place on the item's page in the admin site.
    hides_it: whether it hides the item from everybody.
    """

    name: str
    label: str | Promise
    condition: Callable[[type[Any]], Q | Exists]
    sentence: Callable[[Any], str]
    setting: str
    kinds: tuple[type[Any], ...] = (Module, Event, Document)
    hides_it: bool = True

    @property
    def column(self) -> str:
        """Return the name of the annotation."""
        return f"has_{self.name}"


class Told(NamedTuple):
    """A problem of one item in a sentence, with the place on the item's page that mends it."""

    sentence: str
    setting: str
    hides_it: bool


def has_no_audience(model: type[Any]) -> Q:
    return ~Q(Exists(related(model, "audience").filter(item=OuterRef("pk"))))


def is_for_nobody(model: type[Any]) -> Q:
    """Return a condition for the items that no active user is in the audience of, exclusions left out."""
    excluded = related(model, "exclusions").filter(item=OuterRef(OuterRef("item")), person=OuterRef("pk"))
    active = User.objects.filter(~Exists(excluded), is_active=True).order_by()
    entries = related(model, "audience").filter(item=OuterRef("pk"))
    # One condition for each kind of entry, so that each can read an index.
    somebody = [
        entries.filter(Exists(active), is_everyone=True),
        entries.filter(Exists(active.filter(pk=OuterRef("person"))), person__isnull=False),
        entries.filter(Exists(active.filter(job_profile=OuterRef("job_profile"))), job_profile__isnull=False),
        entries.filter(
            Exists(active.filter(department__path__startswith=OuterRef("department__path"))), department__isnull=False
        ),
    ]
    return ~Q(*map(Exists, somebody), _connector=Q.OR)


def has_closed(model: type[Any]) -> Q:
    return Q(published_until__lte=timezone.now())


def is_over(model: type[Any]) -> Q:
    return Q(ends_at__lte=timezone.now())


def asks_without_choices(model: type[Any]) -> Q:
    asked = Interaction.objects.filter(module=OuterRef("pk"), is_required=True, kind__in=Interaction.CHOICE_KINDS)
    return Q(Exists(asked.filter(choices=None)))


def builds_on_what_nobody_sees(model: type[Any]) -> Q:
    through = Module.prerequisites.through.objects.filter(from_module=OuterRef("pk"))
    return Q(Exists(through.filter(to_module__in=seen_by_nobody().values("pk"))))


def builds_on_what_nobody_submits(model: type[Any]) -> Q:
    through = Module.prerequisites.through.objects.filter(from_module=OuterRef("pk"))
    return Q(Exists(through.filter(to_module__in=submitted_by_nobody().values("pk"))))


def has_a_mark_without_effect(model: type[Any]) -> Q:
    judged = Interaction.objects.filter(module=OuterRef("pk"), is_required=True, choices__is_right=True)
    return Q(pass_mark__isnull=False) & ~Q(Exists(judged))


def submitted_by_nobody() -> Any:
    """Return the modules that people have to wait for although nobody can submit them now."""
    now = timezone.now()
    is_waited_for = is_published(Module, None, now) & has_not_closed(Module, None, now) & ~Q(is_for_nobody(Module))
    return Module.objects.filter(is_waited_for, ~has_opened(Module, None, now) | asks_without_choices(Module)).order_by(
        "title", "pk"
    )


def seen_by_nobody() -> Any:
    """Return the modules that nobody waits for: drafts, those no longer published, and those meant for nobody."""
    now = timezone.now()
    open_now = is_published(Module, None, now) & has_not_closed(Module, None, now)
    return Module.objects.filter(~open_now | is_for_nobody(Module)).order_by("title", "pk")


def say_closed(item: Any) -> str:
    said = _("Its publication ended on %(time)s: nobody sees it any more.")
    return said % {"time": moment(item.published_until)}


def say_over(item: Any) -> str:
    said = _("It was over on %(time)s: only coming events are listed.")
    return said % {"time": moment(item.ends_at)}


def say_no_choices(item: Any) -> str:
    asked = item.interactions.filter(is_required=True, kind__in=Interaction.CHOICE_KINDS, choices=None)
    said = _("Nobody can submit it: the required %(interactions)s offers no choices.")
    return said % {"interactions": quoted(asked.values_list("title", flat=True))}


def say_prerequisites(item: Any) -> str:
    said = _(
        "It builds on %(modules)s. Nobody waits for a draft, for what has closed, or for what is meant for nobody."
    )
    return said % {"modules": quoted(seen_by_nobody().filter(leads_to=item).values_list("title", flat=True))}


def say_waiting(item: Any) -> str:
    said = _("It builds on %(modules)s. Nobody can submit that now, so everybody who has to do it first waits.")
    return said % {"modules": quoted(submitted_by_nobody().filter(leads_to=item).values_list("title", flat=True))}


def quoted(titles: Iterable[str]) -> str:
    return get_text_list([f"“{title}”" for title in titles], _("and"))


NO_AUDIENCE = Problem(
    "no_audience",
    gettext_lazy("no audience"),
    has_no_audience,
    lambda item: _("Published, but nobody can see it: the audience is empty."),
    "audience-group",
)
FOR_NOBODY = Problem(
    "nobody",
    gettext_lazy("nobody in its audience"),
    lambda model: ~has_no_audience(model) & is_for_nobody(model),
    lambda item: _("Nobody sees it: nobody active is in its audience, or everybody in it is excluded."),
    "audience-group",
)
CLOSED = Problem("closed", gettext_lazy("no longer published"), has_closed, say_closed, "id_published_until_0")
OVER = Problem("over", gettext_lazy("over"), is_over, say_over, "id_ends_at_0", (Event,))
NO_CHOICES = Problem(
    "no_choices",
    gettext_lazy("can't be submitted: no choices"),
    asks_without_choices,
    say_no_choices,
    "interactions-group",
    (Module,),
    hides_it=False,
)
BUILDS_ON_NOTHING = Problem(
    "prerequisite",
    gettext_lazy("builds on a module that nobody sees"),
    builds_on_what_nobody_sees,
    say_prerequisites,
    "id_prerequisites",
    (Module,),
    hides_it=False,
)
BUILDS_ON_IMPOSSIBLE = Problem(
    "impossible",
    gettext_lazy("builds on a module that nobody can submit now"),
    builds_on_what_nobody_submits,
    say_waiting,
    "id_prerequisites",
    (Module,),
    hides_it=False,
)
MARK_WITHOUT_EFFECT = Problem(
    "mark",
    gettext_lazy("pass mark without questions"),
    has_a_mark_without_effect,
    lambda item: _("Everybody passes: no required question has a right answer, so the pass mark has no effect."),
    "id_pass_mark",
    (Module,),
    hides_it=False,
)
PROBLEMS = (
    NO_AUDIENCE,
    FOR_NOBODY,
    CLOSED,
    OVER,
    NO_CHOICES,
    BUILDS_ON_NOTHING,
    BUILDS_ON_IMPOSSIBLE,
    MARK_WITHOUT_EFFECT,
)
FILE_GONE = gettext_lazy("file is gone")


def of_kind(model: type[Any]) -> list[Problem]:
    return [problem for problem in PROBLEMS if model in problem.kinds]


def with_problems(items: Any) -> Any:
    """Annotate which problems of PROBLEMS each item has, and load what `files_gone` needs, in two queries at most."""
    model = items.model
    for problem in of_kind(model):
        has = Q(is_published=True) & Q(problem.condition(model))
        items = items.annotate(**{problem.column: ExpressionWrapper(has, output_field=BooleanField())})
    if model is Module:
        opened = Interaction.objects.filter(kind=Interaction.Kind.OPEN_FILE)
        items = items.prefetch_related(Prefetch("interactions", opened, to_attr="files_to_open"))
    return items


def files_gone(item: Any, is_gone: Callable[[Any], bool] = uploads.is_gone) -> list[tuple[str, bool]]:
    """
    Return the files of an item of `with_problems` that are gone from the storage, which is asked once for each.

    Each has its name, and whether submitting the item needs it.
    """
    if not item.is_published:
        return []
    if isinstance(item, Document):
        return [(item.filename, False)] if is_gone(item.file) else []
    steps = getattr(item, "files_to_open", [])
    return [(step.title, step.is_required) for step in steps if is_gone(step.file)]


def labels_of(item: Any, is_gone: Callable[[Any], bool] = uploads.is_gone) -> list[str]:
    """Return the problems of an item of `with_problems` in a few words each."""
    found = [str(problem.label) for problem in of_kind(type(item)) if getattr(item, problem.column)]
    return [*found, str(FILE_GONE)] if files_gone(item, is_gone) else found


def problems_of(item: Any) -> list[str]:
    """Return a sentence for each problem of a stored item."""
    return [each.sentence for each in told(item)]


def told(item: Any) -> list[Told]:
    """Return each problem of a stored item. A draft has none, because nobody expects to see it."""
    stored = with_problems(type(item).objects.all()).get(pk=item.pk)
    found = [
        Told(problem.sentence(stored), problem.setting, problem.hides_it)
        for problem in of_kind(type(item))
        if getattr(stored, problem.column)
    ]
    for name, is_required in files_gone(stored):
        if isinstance(item, Document):
            said = _("Its file %(name)s is gone from the storage: nobody can download it.")
        elif is_required:
            said = _("Nobody can submit it: the file of the required %(name)s is gone from the storage.")
        else:
            said = _("The file of %(name)s is gone from the storage: nobody can open it.")
        setting = "id_file" if isinstance(item, Document) else "interactions-group"
        found.append(Told(said % {"name": f"“{name}”"}, setting, hides_it=False))
    return found


def having_problems(items: Any) -> Any:
    """Filter the items that have a problem. The storage lists its files once."""
    is_gone = uploads.gone_from_lists()
    annotated = with_problems(items.model.objects.all())
    has = Q(pk__in=[item.pk for item in annotated.filter(is_published=True) if files_gone(item, is_gone)])
    for problem in of_kind(items.model):
        has |= Q(**{problem.column: True})
    return items.filter(pk__in=annotated.filter(has).order_by().values("pk"))
