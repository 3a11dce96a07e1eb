"""Fields: what a column of a file can be."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Field(TextChoices):
    """What a column is; the values stand in mapping files, so they stay."""

    EMAIL = "email", _("Email address")
    SECOND_EMAIL = "second_email", _("Email address, used if the other is empty")
    FIRST_NAME = "first_name", _("First name")
    LAST_NAME = "last_name", _("Last name")
    NAME = "name", _("First and last name together")
    EXTERNAL_ID = "external_id", _("HR identifier")
    DEPARTMENT = "department", _("Department")
    JOB_PROFILE = "job_profile", _("Job profile")
    LANGUAGE = "language", _("Language")
    TIME_ZONE = "time_zone", _("Time zone")
    STATUS = "status", _("Status, in words")
    ACTIVE = "active", _("Active: yes or no")
    INACTIVE = "inactive", _("Blocked, suspended or deleted: yes or no")
    LAST_DAY = "last_day", _("Last day of work")
    ACCOUNT_CONTROL = "account_control", _("userAccountControl of Active Directory")
    UNUSED = "unused", _("Not used")


# Each of these says whether somebody is active; a file may have several, and all of them count.
SAY_ACTIVE = frozenset({Field.STATUS, Field.ACTIVE, Field.INACTIVE, Field.LAST_DAY, Field.ACCOUNT_CONTROL})
# Any number of columns may be these; every other field is one column.
REPEATABLE = SAY_ACTIVE | {Field.UNUSED}
