"""The user model, with sign-in by email address."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts import policy
from accounts.mail_domains import stored_form, validate_mailable
from accounts.policy.holdings import HeldRights, Holdings
from accounts.policy.rights import Right
from accounts.visible_text import NameField
from audit.context import Person
from audit.reading import visible

from . import folding, search
from .email_addresses import store_email_addresses
from .history import Tracked, TrackedQuerySet
from .login_as_rules import LoginAsRules, StoredRules, in_force
from .organisation import Department, JobProfile, no_nul
from .preferences import LanguageField, is_offered, language_of, time_zones, validate_time_zone


class UserQuerySet(TrackedQuerySet):
    def visible_to(self, actor):
        """Filter the users that the actor may see in User Management."""
        return self.filter(policy.in_scope(actor, Right.SEE_PEOPLE))

    def with_standing(self):
        """Annotate the facts that the rules of Login as User need, in the same query."""
        return self.annotate(
            held=HeldRights("pk"),
            department_path=F("department__path"),
            company_rules=StoredRules(),
        )

    def matching(self, text, places=None):
        """Filter users by search words; see `search.matching`."""
        return search.matching(self, text, places)

    def update(self, **values):
        # No Python runs for each row, so the names count as not folded yet.
        if not folding.NAMES.isdisjoint(values):
            values = {"name_folded": None} | values
        return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined] # templates can't call it

    def bulk_update(self, objs, fields, batch_size=None):
        users = list(objs)
        fields = folding.with_folded(fields)
        if "name_folded" in fields:
            for user in users:
                user.name_folded = folding.folded(f"{user.first_name} {user.last_name}")
        return super().bulk_update(users, fields, batch_size)

    bulk_update.alters_data = True  # type: ignore[attr-defined]

    def named_exactly(self, text):
        """Filter users by email address, HR identifier or id; see `search.named_exactly`."""
        return search.named_exactly(self, text)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc] # made at run time
    def get_by_natural_key(self, username):
        return self.get(email=stored_form(username))

    def create_user(self, email, password=None, **fields):
        """Create a user who can sign in with this email address. Without a password they have to reset it first."""
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.full_clean(validate_unique=False, validate_constraints=False)
        user.save(using=self._db)
        store_email_addresses([user])
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(Tracked, AbstractBaseUser, PermissionsMixin):
    """A user, who signs in by email address. The pages of the platform deactivate users and never delete them."""

    tracked = ("department_id", "job_profile_id", "is_active")
    untraced: ClassVar = frozenset({"name_folded"})  # made of the names, which the log tells
    tracks_creation = False  # `created_at` says it, and an import creates many

    email = models.EmailField(_("email address"), max_length=254, unique=True, validators=[no_nul, validate_mailable])
    first_name = NameField(_("first name"), max_length=150, validators=[no_nul])
    last_name = NameField(_("last name"), max_length=150, blank=True, validators=[no_nul])
    name_folded: Any = folding.FoldedNameField()
    external_id = NameField(_("HR identifier"), max_length=100, unique=True, null=True, blank=True, validators=[no_nul])
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("department")
    )
    job_profile = models.ForeignKey(
        JobProfile,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("job profile"),
    )
    language = LanguageField(_("language"))
    time_zone = models.CharField(
        _("time zone"), max_length=50, default=settings.TIME_ZONE, validators=[validate_time_zone]
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the admin site"), default=False)
    is_protected = models.BooleanField(_("protected"), default=False)
    deactivated_at = models.DateTimeField(_("last deactivated"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = UserManager()

    # Facts for the rules: annotated by `with_standing`, else read by policy.holdings at their first use.
    held: str | None
    department_path: str | None
    company_rules: str | None
    stored_brand: str | None  # read with the user of a request (brand.StoredBrand)
    _holdings: Holdings

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["first_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        default_permissions = ()
        ordering = ["first_name", "last_name", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_is_lower_case"),
        ]
        # One for each sort order of the list, ending with the department so that the scope is read from the index too;
        # the search has its own indexes (migrations 0003 and 0030).
        indexes = [
            models.Index(fields=["first_name", "last_name", "id", "department"], name="user_by_name"),
            models.Index(fields=["is_active", "first_name", "last_name", "id", "department"], name="user_by_status"),
            models.Index(fields=["department", "first_name", "last_name", "id"], name="user_by_department"),
            models.Index(fields=["last_login", "id", "department"], name="user_by_last_login"),
            models.Index(fields=["id"], name="user_owners", condition=Q(is_superuser=True)),
            models.Index(Upper("external_id"), name="user_by_identifier"),
            models.Index(fields=["id"], name="user_unfolded", condition=Q(name_folded__isnull=True)),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.email = stored_form(self.email)
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = folding.with_folded(kwargs["update_fields"])
        elif "name_folded" in self.get_deferred_fields():
            # A value that is set is saved, and the field folds it then; a deferred one would stay as it was.
            self.name_folded = None  # type: ignore[assignment]
        super().save(*args, **kwargs)

    def clean(self):
        super().clean()
        self.email = stored_form(self.email)

    def set_active(self, active):
        """Activate or deactivate the user, and return the names of the fields to save."""
        self.is_active = active
        if not active:
            self.deactivated_at = timezone.now()
        return "is_active", "deactivated_at"

    def _get_session_auth_hash(self, secret=None):
        # Sessions from before a deactivation stay invalid after a reactivation.
        signed_in_hash = super()._get_session_auth_hash(secret)  # type: ignore[misc] # not in the stubs
        if self.deactivated_at is None:
            return signed_in_hash
        since = self.deactivated_at.isoformat()
        return salted_hmac("accounts.models.deactivated_at", signed_in_hash + since, secret=secret).hexdigest()

    @property
    def name(self):
        return visible(f"{self.first_name} {self.last_name}".strip())

    @property
    def language_code(self) -> str:
        """Return the language of pages and mails: `language`, or the default if the platform no longer offers it."""
        return language_of(self)

    @property
    def unknown_preferences(self) -> list[str]:
        """Return the names of the preferences that use the default because their stored value is unknown."""
        known = {"language": is_offered(self.language), "time_zone": self.time_zone in time_zones()}
        return [name for name, is_known in known.items() if not is_known]

    @property
    def department_paths(self) -> list[str]:
        """Return the tree paths of the user's department and of its ancestors, the root first."""
        path = policy.standing(self).department_path or ""
        return [path[:end] for end in range(Department.steplen, len(path) + 1, Department.steplen)]

    @property
    def login_as_rules(self) -> LoginAsRules:
        """Return the rules of Login as User in force when the user was read."""
        policy.read_facts(self)
        return in_force(self.company_rules)

    @property
    def sees_people(self) -> bool:
        """Return whether the user may open User Management."""
        return policy.holds_anywhere(self, Right.SEE_PEOPLE)

    def as_person(self) -> Person:
        """Return the user as the audit log names them."""
        return Person(self.pk, self.name, self.email)

    def get_short_name(self):
        """Return the first name as pages show it; templates never show `first_name` itself."""
        return visible(self.first_name.strip())

    def get_absolute_url(self):
        return reverse("user_detail", args=[self.pk])
