"""Users, the organisation, the permission types that users hold, the record of imports, and the mail outbox."""

from .brand import Brand
from .bulk_runs import BulkRun
from .file_shapes import FileShape
from .first_steps import HiddenFirstSteps
from .history import FieldChange, Tracked, TrackedQuerySet
from .last_refusals import LastRefusal
from .last_requests import LastRequest
from .last_runs import LastRun
from .lookups import Among
from .mails import Mail
from .organisation import (
    Department,
    DepartmentGroupPermission,
    JobProfile,
    Organisation,
    PermissionType,
    no_nul,
)
from .outbox import Outgoing, OutgoingQuerySet
from .preferences import validate_time_zone
from .saved_views import SavedView
from .user_imports import FeedCause, ImportedPerson, UserImport
from .users import User, UserManager, UserQuerySet

__all__ = [
    "Among",
    "Brand",
    "BulkRun",
    "Department",
    "DepartmentGroupPermission",
    "FeedCause",
    "FieldChange",
    "FileShape",
    "HiddenFirstSteps",
    "ImportedPerson",
    "JobProfile",
    "LastRefusal",
    "LastRequest",
    "LastRun",
    "Mail",
    "Organisation",
    "Outgoing",
    "OutgoingQuerySet",
    "PermissionType",
    "SavedView",
    "Tracked",
    "TrackedQuerySet",
    "User",
    "UserImport",
    "UserManager",
    "UserQuerySet",
    "no_nul",
    "validate_time_zone",
]
