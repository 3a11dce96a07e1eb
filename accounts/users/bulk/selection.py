"""The users that an action is for: those that were ticked, those of a page, or all that match the filters."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.users.export import filters
from accounts.users.filters import FILTERS, UserListForm

TICKED, PAGE, ALL = "ticked", "page", "all"
MOST_NAMED = 100  # a page shows fewer; longer lists of ids are a filter's task


class Selection:
    """
    The selection of a query string: `who` says which users, and is evaluated on the server each time.

    who=ticked: those of `person`. who=page: those of `shown`. who=all: all that match the filters of the list.
    """

    def __init__(self, query: QueryDict, *, actor: User):
        self.query, self.actor = query, actor
        self.who = query.get("who", TICKED)
        self.form = UserListForm(query, actor=actor)

    @property
    def ids(self) -> list[int]:
        """Return the ids that the query string names; what is no id is ignored."""
        named = self.query.getlist("person") if self.who == TICKED else self.query.get("shown", "").split(",")
        return [int(number) for number in named[:MOST_NAMED] if number.isdecimal() and len(number) < 19]

    @property
    def is_meant(self) -> bool:
        """Return whether every filter means something; one of a department that is gone must not select everybody."""
        return self.form.is_valid() and (self.query.get("id") or "0").isdecimal()

    def users(self) -> QuerySet[User]:
        """Return the selected users that the actor sees, unsorted."""
        if self.who == ALL:
            return self.form.users() if self.is_meant else User.objects.none()
        return User.objects.visible_to(self.actor).filter(pk__in=self.ids)

    def kept(self) -> str:
        """Return the query string without what the selection does not need."""
        names = ("who", *FILTERS) if self.who == ALL else ("who", "person" if self.who == TICKED else "shown")
        kept = QueryDict(mutable=True)
        for name in names:
            if name in self.query:
                kept.setlist(name, self.query.getlist(name)[:MOST_NAMED])
        return kept.urlencode()

    def in_words(self) -> dict[str, str]:
        """Return the filters of a selection of all, as the audit log keeps them."""
        return filters(self.form) if self.who == ALL else {}

    def said(self) -> str:
        """Return in words how the users were selected."""
        if self.who != ALL:
            return _("The people you ticked") if self.who == TICKED else _("The people of the page")
        words = self.in_words()
        if "status" in words:
            words["status"] = str(dict(self.form.fields["status"].choices)[words["status"]])
        if self.form.import_in_words:
            words["import"] = self.form.import_in_words
        named = ", ".join(words.values())
        return _("All people who match “%(filters)s”") % {"filters": named} if named else _("All people you can see")
