"""The common base of modules, events and documents: publication, audience and exclusions."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, JobProfile, Tracked, TrackedQuerySet, no_nul
from accounts.models.folding import folded, has_words, readings_of
from accounts.models.history import Row
from accounts.visible_text import NameField
from learning.visibility import audience, knowledge

# Characters, about thirty pages; rendering longer Markdown would take too long.
TEXT_LENGTH = 50_000
PUBLISHED_IN_ORDER = _("The publication must end after it begins.")
MARKDOWN = _("You can use Markdown: **bold**, *italic*, - list, [link](https://…).")
NAMED = ("department", "job_profile", "person")  # what a part of an audience can name, apart from everyone


class ItemQuerySet(TrackedQuerySet):
    def visible_to(self, user, now=None):
        """Filter items that every rule of learning/visibility/audience.py lets the user see, now by default."""
        return self.filter(*audience.conditions(self.model, user, now))

    def readable_by(self, user):
        """Filter items whose content the user may open: as a learner, or as somebody who writes or reviews it."""
        return self if knowledge.reads_content(self.model, user) else self.visible_to(user)

    def known_to(self, actor):
        """Filter items that the user may know of by their rights, visible to them as a learner or not."""
        return self.filter(knowledge.knowing(self.model, actor))

    def known_by_title_to(self, actor):
        """Filter drafts whose title the user may know, and nothing else of them. `known_to` holds none of these."""
        return self.filter(knowledge.knowing_title(self.model, actor))

    def published_for_somebody(self):
        """Filter published items with an audience, whether their time has begun or not."""
        return self.filter(is_published=True, audience__isnull=False)

    def matching(self, text, *columns):
        """
        Filter items that contain every word of the text in plain letters, in their title or summary by default.

        It reads these columns of all items in one query, if the text has words. Databases fold letters differently, and
        SQLite does not, so Python compares.
        """
        words = readings_of(text)
        if not words:
            return self
        rows = self.order_by().values_list("pk", *(columns or ("title", "summary")))
        return self.filter(pk__in=[pk for pk, *said in rows if has_words(" ".join(map(folded, said)), words)])

    def findable_by(self, actor, text):
        """Filter the same among the items of `known_to`, and by their title alone those of `known_by_title_to`."""
        if knowledge.reads_content(self.model, actor):
            return self.matching(text)
        return self.known_to(actor).matching(text) | self.known_by_title_to(actor).matching(text, "title")


class Item(Tracked):
    """Something that a content creator publishes for an audience."""

    rules: ClassVar[tuple[audience.Rule, ...]] = audience.RULES
    tracked: ClassVar[tuple[str, ...]] = ("title", "is_published", "published_from", "published_until")

    title = NameField(_("title"), max_length=150, validators=[no_nul])
    summary = models.CharField(
        _("summary"), max_length=300, blank=True, validators=[no_nul], help_text=_("One sentence, shown in lists.")
    )
    is_published = models.BooleanField(_("published"), default=False, help_text=_("Only authors see a draft."))
    published_from = models.DateTimeField(
        _("published from"), null=True, blank=True, help_text=_("Empty: at once. In your own time zone.")
    )
    published_until = models.DateTimeField(
        _("published until"), null=True, blank=True, help_text=_("Empty: without end. In your own time zone.")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects: ClassVar = ItemQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(published_until__gt=F("published_from"))
                | Q(published_from__isnull=True)
                | Q(published_until__isnull=True),
                name="%(class)s_ends_after_it_begins",
                violation_error_message=PUBLISHED_IN_ORDER,
            ),
        ]

    def __str__(self):
        return self.title


def entry_name(values: Mapping[str, Any]) -> str:
    """Return what a part of an audience names, such as "department-12", given its columns."""
    if values["is_everyone"]:
        return "everyone"
    return next(f"{kind}-{values[f'{kind}_id']}" for kind in NAMED if values[f"{kind}_id"])


def person_name(pk: int) -> str:
    return f"person-{pk}"


class PartOfItem(Tracked):
    """A row that belongs to an item; the item's history tells of it."""

    objects: ClassVar = TrackedQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def history_kind(cls):
        item: Any = cls._meta.get_field("item").related_model
        return str(item._meta.model_name)


class AudienceEntry(PartOfItem):
    """A part of an item's audience: everyone, a department with its sub-departments, a job profile, or one user."""

    tracked: ClassVar[tuple[str, ...]] = ("item_id", "is_everyone", "department_id", "job_profile_id", "person_id")

    is_everyone = models.BooleanField(_("everyone"), default=False)
    department = models.ForeignKey(
        Department, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    job_profile = models.ForeignKey(
        JobProfile, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("job profile")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
    )

    class Meta:
        abstract = True
        verbose_name = _("part of the audience")
        verbose_name_plural = _("audience")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(is_everyone=True, department=None, job_profile=None, person=None)
                | Q(is_everyone=False, department__isnull=False, job_profile=None, person=None)
                | Q(is_everyone=False, department=None, job_profile__isnull=False, person=None)
                | Q(is_everyone=False, department=None, job_profile=None, person__isnull=False),
                name="%(class)s_names_one_thing",
                violation_error_message=_("Choose one: everyone, a department, a job profile, or a person."),
            ),
            models.UniqueConstraint(
                fields=["item"], condition=Q(is_everyone=True), name="%(class)s_names_everyone_once"
            ),
            models.UniqueConstraint(fields=["item", "department"], name="%(class)s_names_department_once"),
            models.UniqueConstraint(fields=["item", "job_profile"], name="%(class)s_names_profile_once"),
            models.UniqueConstraint(fields=["item", "person"], name="%(class)s_names_person_once"),
        ]

    def __str__(self):
        return str(_("everyone") if self.is_everyone else self.department or self.job_profile or self.person)

    @classmethod
    def row_of(cls, values):
        return Row(values["item_id"], {"audience": entry_name(values)})


class Exclusion(PartOfItem):
    """A user who does not see an item although its audience includes them."""

    tracked = ("item_id", "person_id")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person")
    )

    class Meta:
        abstract = True
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["item", "person"], name="%(class)s_once")]

    def __str__(self):
        return str(self.person)

    @classmethod
    def row_of(cls, values):
        return Row(values["item_id"], {"exclusions": person_name(values["person_id"])})
