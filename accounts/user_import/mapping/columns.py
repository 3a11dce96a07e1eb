"""Recognition of columns by their headings, in the spellings of many HR systems."""

from __future__ import annotations

import unicodedata
from collections import Counter

from django.utils.translation import gettext as _

from accounts.user_import.problems import Problem

# The headings of each field, the most specific first: only the first that a file contains is read.
HEADINGS = {
    "email": (
        "workemail workemailaddress businessemail companyemail primaryemail email emailaddress mail "
        "arbejdsemail arbejdsmail emailadresse epost"
    ),
    "first_name": "firstname givenname forename fornavn fornavne",
    "last_name": "lastname surname familyname efternavn",
    "name": "fullname displayname employeename name fuldenavn medarbejdernavn navn",
    "external_id": (
        "hridentifier hrid employeeid employeenumber employeeno personnelnumber personid staffid externalid "
        "medarbejdernummer medarbejdernr medarbejderid lønnummer idnumber username brugernavn"
    ),
    "department": (
        "departmentpath orgpath afdelingssti department departmentname orgunit organisationalunit "
        "organizationalunit businessunit afdeling afdelingsnavn enhed"
    ),
    "job_profile": "jobprofile jobtitle jobrole positiontitle position stilling stillingsbetegnelse jobtitel title",
    "language": "language preferredlanguage lang sprog",
    "time_zone": "timezone tidszone",
    "active": "active isactive enabled accountenabled aktiv",
    "suspended": "suspended deactivated disabled inactive deaktiveret inaktiv",
    "deleted": "deleted slettet",
    "status": "employmentstatus employeestatus accountstatus status ansættelsesstatus",
}


def normalised(heading: str) -> str:
    """Reduce a heading to lower-case letters and digits: "E-mail", "e_mail" and "E Mail" are equal."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    return "".join(character for character in text if character.isalnum())


class Columns:
    """The columns of a file: the position and the heading of each field."""

    def __init__(self, headings: list[str], line: int):
        self.headings = [" ".join(heading.replace("\ufeff", "").split()) for heading in headings]
        self.line = line
        found = [normalised(heading) for heading in self.headings]
        self.places: dict[str, int] = {}
        for field, names in HEADINGS.items():
            place = next((found.index(name) for name in names.split() if name in found), None)
            if place is not None:
                self.places[field] = place
        if "first_name" in self.places:
            self.places.pop("name", None)
        self.found = found

    def heading(self, field: str) -> str:
        """Return the heading as the file spells it, or "" if the file has no such column."""
        return self.headings[self.places[field]] if field in self.places else ""

    def problems(self) -> list[Problem]:
        problems = []
        if "email" not in self.places:
            message = _("There is no column for the e-mail address: it is called “email” or “Work email”, for example.")
            problems.append(Problem(self.line, "", message))
        if "first_name" not in self.places and "name" not in self.places:
            message = _("There is no column for the name: “First name” and “Last name”, or “Name”.")
            problems.append(Problem(self.line, "", message))
        used = set(self.places.values())
        counted = Counter(self.found)
        for place, heading in enumerate(self.headings):
            if place in used and counted[self.found[place]] > 1:
                problems.append(Problem(self.line, heading, _("There are two columns with this heading.")))
        return problems

    def ignored(self) -> list[str]:
        """Return the headings of the columns that are not read."""
        used = set(self.places.values())
        return [heading for place, heading in enumerate(self.headings) if heading and place not in used]
