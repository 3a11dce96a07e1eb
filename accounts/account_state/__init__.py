"""The state of an account: what keeps its user from signing in, what puts that right, and their other accounts."""

from .buttons import Remedy
from .other_accounts import OtherAccount, other_accounts
from .remark import Remark
from .state import AccountState, state_of

__all__ = ["AccountState", "OtherAccount", "Remark", "Remedy", "other_accounts", "state_of"]
