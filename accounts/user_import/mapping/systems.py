"""Systems whose exports are recognised by their shape, because people then know that their file was understood."""

from __future__ import annotations

from dataclasses import dataclass, field

from .fields import Field


def unused(names: str) -> dict[str, Field]:
    return dict.fromkeys(names.split(), Field.UNUSED)


@dataclass(frozen=True, slots=True)
class System:
    """
    A system that exports lists of people.

    name: as people know it. signatures: folded headings that only its files contain together, several sets divided by
    "|". columns: what its columns are, where the vocabulary alone would say otherwise; Field.UNUSED for columns of yes
    and no, which could be mistaken for a status.
    """

    name: str
    signatures: str
    columns: dict[str, Field] = field(default_factory=dict)

    def wrote(self, keys: set[str]) -> bool:
        """Return whether the system writes files with these folded headings."""
        return any(keys.issuperset(signature.split()) for signature in self.signatures.split("|"))


# The bulk forms of Entra name each property in brackets; the words before it depend on the language. The one for
# accountEnabled always asks whether to block the person: "Block sign in (Yes/No) [accountEnabled]".
ENTRA_FORM = {"accountenabled": Field.INACTIVE, "userprincipalname": Field.SECOND_EMAIL, **unused("passwordprofile")}
AD_FLAGS = unused(
    "accountnotdelegated allowreversiblepasswordencryption cannotchangepassword compoundidentitysupported "
    "doesnotrequirepreauth homedirrequired lockedout mnslogonaccount passwordexpired passwordneverexpires "
    "passwordnotrequired protectedfromaccidentaldeletion smartcardlogonrequired trustedfordelegation "
    "trustedtoauthfordelegation usedeskeyonly badlogoncount badpwdcount codepage countrycode admincount lockouttime "
    "instancetype logoncount lastlogoff pwdlastset sdrightseffective"
)
# A file is of the first of these that can have written it.
SYSTEMS: tuple[System, ...] = (
    System("Microsoft Entra ID", "userprincipalname passwordprofile accountenabled", ENTRA_FORM),
    System(
        "Microsoft Entra ID",
        "userprincipalname usertype accountenabled | userprincipalname usagelocation | userprincipalname objectid "
        "usertype",
        unused("directorysynced onpremisessyncenabled dirsyncenabled islicensed"),
    ),
    System(
        "Active Directory",
        "samaccountname dn objectclass | samaccountname distinguishedname | samaccountname useraccountcontrol",
        AD_FLAGS,
    ),
    System("Okta", "login secondemail firstname lastname | login usertype provisioned status"),
    System(
        "Google Workspace",
        "emailaddress orgunitpath passwordhashfunction | emailaddress orgunitpath lastsignin | emailaddress "
        "orgunitpath newprimaryemail | emailaddress orgunitpath employeeid",
        unused("2svenrolled 2svenforced advancedprotectionprogramenrollment passwordhashfunction"),
    ),
    System("OneRoster 1.2", "sourcedid enableduser usermasteridentifier | sourcedid enableduser primaryorgsourcedid"),
    System("OneRoster 1.1", "sourcedid enableduser orgsourcedids"),
    System("Canvas", "userid loginid status"),
    System("Totara", "idnumber timemodified username | useridnumber timemodified"),
    System("TalentLMS", "login firstname lastname email usertype | login firstname lastname email deactivationdate"),
    System(
        "Docebo",
        "username firstname lastname email branchnamepath | username firstname lastname email branchcode level | "
        "username firstname lastname email level useruniqueid",
        {"expirationdate": Field.LAST_DAY, "expiration": Field.LAST_DAY, **unused("emailvalidationstatus forcechange")},
    ),
    System(
        "360Learning",
        "mail firstname lastname job groups | mail firstname lastname todeactivate | mail firstname lastname groups "
        "lang",
    ),
    System(
        "Cornerstone",
        "userid localsystemid allowreconcile | userid username allowreconcile",
        unused("absent allowreconcile"),
    ),
    System("SAP SuccessFactors Learning", "studid fname lname"),
    # The manager and the HR partner of a person stand in columns that other lists have for jobs and departments.
    System("SAP SuccessFactors", "userid username manager hr | userid username empid jobcode", unused("matrixmanager")),
    # "Worker" is a name with a remark: "Ed Gum (Terminated)".
    System(
        "Workday",
        "legalnamefirstname legalnamelastname | emailprimarywork | worker workerstatus | workerstatus activestatus",
        unused("worker"),
    ),
    System("BambooHR", "employeenumber lastnamefirstname | employeenumber workemail reportingto"),
    System(
        "Personio",
        "vorname nachname wochenstunden einstellungsdatum | vorname nachname wochenarbeitszeit einstellungsdatum | "
        "firstname lastname weeklyworkinghours hiredate | firstname lastname weeklyhours hiredate supervisor | "
        "firstname lastname weeklyworkinghours supervisor",
    ),
    System("HiBob", "displayname lifecyclestatus | displayname site employeeid | displayname site jobtitle email"),
    System(
        "Moodle",
        "username firstname lastname email course1 | username firstname lastname email cohort1 | username firstname "
        "lastname email mailformat | username firstname lastname email auth | username firstname lastname email "
        "timezone | username firstname lastname email oldusername | username firstname lastname email idnumber",
    ),
)


def recognised(keys: set[str]) -> System | None:
    """Return the system that wrote a file with these folded headings, or None."""
    return next((system for system in SYSTEMS if system.wrote(keys)), None)
