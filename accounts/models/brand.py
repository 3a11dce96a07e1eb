"""The company's brand: its name, logo, colour and support contact, as every page and mail shows them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator, RegexValidator, validate_email
from django.db import DatabaseError, InterfaceError, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.visible_text import NameField

from .preferences import is_offered, time_zones, validate_time_zone

OUR_NAME = "Standin"
# Characters that begin an address or a link: with them a name could look like a sender of mail or like another site.
NOT_IN_A_NAME = '@<>"\\/:'
# The columns that pages show, in the order in which `StoredBrand` reads them.
SHOWN = ("name", "accent", "logo", "support_name", "support_address")
COLOUR = re.compile(r"#[0-9a-f]{6}")
WEB_ADDRESS = re.compile(r"https://[\w.-]+(?::\d+)?(?:/[\w./?=&%#~+-]*)?")
no_nul = ProhibitNullCharactersValidator()


def validate_company_name(name: str) -> None:
    """Raise ValidationError if the name could be read as an address or a link."""
    if found := next((letter for letter in name if letter in NOT_IN_A_NAME), ""):
        raise ValidationError(
            _("“%(letter)s” can't be in the name, because mails name it as their sender."), params={"letter": found}
        )


def validate_support_address(address: str) -> None:
    """Raise ValidationError if it is neither an email address nor a web address."""
    if WEB_ADDRESS.fullmatch(address):
        return
    try:
        validate_email(address)
    except ValidationError:
        raise ValidationError(
            _("Write an address such as help@company.example or https://help.company.example.")
        ) from None


def stored_name(brand: Brand, filename: str) -> str:
    """Return a random name for a new logo; what the browser called it is not kept."""
    return f"brand/{uuid4().hex}.png"


class Brand(models.Model):
    """
    The brand of the company: a single row, or the defaults if the row is missing.

    Blank values mean those of the installation. `brand.logos` has written the picture of the logo.
    """

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    name = NameField(
        _("Name of the company"), max_length=60, blank=True, default="", db_default="",
        validators=[no_nul, validate_company_name],
        help_text=_("Pages show it at the top, and mails name it as their sender."),
    )  # fmt: skip
    accent = models.CharField(
        _("Colour"), max_length=7, blank=True, default="", db_default="",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}\Z", _("Write a colour such as #0b5d58."))],
        help_text=_("Of links and buttons, such as #0b5d58. Leave it empty for ours."),
    )  # fmt: skip
    logo = models.FileField(_("Logo"), max_length=100, blank=True, default="", db_default="", upload_to=stored_name)
    time_zone = models.CharField(
        _("Time zone of new people"), max_length=50, blank=True, default="", db_default="",
        validators=[validate_time_zone],
        help_text=_("They get it unless their file or form says otherwise."),
    )  # fmt: skip
    language = models.CharField(
        _("Language of new people"), max_length=10, blank=True, default="", db_default="",
        help_text=_("They get it unless their file or form says otherwise."),
    )  # fmt: skip
    support_name = NameField(
        _("Who helps people"), max_length=80, blank=True, default="", db_default="", validators=[no_nul],
        help_text=_("Such as “the help desk”. Pages name it at sign-in, on errors and in the help."),
    )  # fmt: skip
    support_address = models.CharField(
        _("Address for help"), max_length=200, blank=True, default="", db_default="",
        validators=[no_nul, validate_support_address],
        help_text=_("An email address, or a page that begins with https://."),
    )  # fmt: skip

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(id=1), name="brand_is_one")]

    def __str__(self):
        return self.name or OUR_NAME

    @classmethod
    def current(cls) -> Brand:
        """Return the current brand."""
        return cls.objects.first() or cls()

    @property
    def preferences(self) -> dict[str, str]:
        """Return the language and the time zone of new users, by field; only what this server knows."""
        language = self.language if is_offered(self.language) else settings.LANGUAGE_CODE
        return {
            "language": language,
            "time_zone": self.time_zone if self.time_zone in time_zones() else settings.TIME_ZONE,
        }


@dataclass(frozen=True, slots=True)
class Shown:
    """
    The brand as pages and mails show it.

    accent: six hexadecimal digits, or "". logo: the version in the logo's address, or "".
    """

    name: str = OUR_NAME
    accent: str = ""
    logo: str = ""
    support_name: str = ""
    support_address: str = ""

    @property
    def is_ours(self) -> bool:
        """Return whether the company has no name of its own."""
        return self.name == OUR_NAME

    @property
    def support_link(self) -> str:
        """Return the address of the support contact as a link, or ""."""
        if not self.support_address or self.support_address.startswith("https://"):
            return self.support_address
        return f"mailto:{self.support_address}"


class StoredBrand(models.Func):
    """
    Database expression for the brand as one text, or null if there is no row; `shown` parses it.

    The query that reads the user of a request reads it too, so that no page of a signed-in user asks again.
    """

    arity = 0
    output_field = models.TextField(null=True)

    def as_sql(self, compiler, connection, *args, **kwargs):
        name = connection.ops.quote_name
        columns = ", ".join(name(column) for column in SHOWN)
        values = f"json_build_array({columns})::text" if connection.vendor == "postgresql" else f"json_array({columns})"
        return f"(SELECT {values} FROM {name(Brand._meta.db_table)} WHERE id = 1)", ()  # noqa: S608


@lru_cache(maxsize=16)
def shown(stored: str | None) -> Shown:
    """Return the brand of the text that `StoredBrand` read. What somebody wrote past the form counts as not set."""
    if not stored:
        return Shown()
    values = [value if isinstance(value, str) else "" for value in json.loads(stored)]
    found = dict(zip(SHOWN, values, strict=True))
    version = found["logo"].removeprefix("brand/").removesuffix(".png")
    return Shown(
        name=found["name"] if is_sound("name", found["name"]) else OUR_NAME,
        accent=found["accent"].lstrip("#") if COLOUR.fullmatch(found["accent"]) else "",
        logo=version if re.fullmatch(r"[0-9a-f]{32}", version) else "",
        support_name=found["support_name"] if is_sound("support_name", found["support_name"]) else "",
        support_address=found["support_address"] if is_sound("support_address", found["support_address"]) else "",
    )


def is_sound(name: str, value: str) -> bool:
    """Return whether a stored value passes the checks of the form."""
    field = Brand._meta.get_field(name)
    try:
        field.run_validators(value)  # type: ignore[union-attr]
    except ValidationError:
        return False
    return bool(value)


def read_shown() -> Shown:
    """Return the brand in a query of its own, for pages without a user and for mails; ours if it can't be read."""
    try:
        return shown(Brand.objects.filter(pk=1).values_list(StoredBrand(), flat=True).first())
    except (DatabaseError, InterfaceError):
        return Shown()
