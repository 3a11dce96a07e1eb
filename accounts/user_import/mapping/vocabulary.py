"""The vocabulary of headings: what HR systems call each field, in seven languages."""

from .fields import Field

# The normalised headings of each field, the most telling first: of a field that is one column, only the first of these
# that a file contains is read. An identifier that never changes stands before one that may, such as a login name.
HEADINGS: dict[Field, str] = {
    Field.EMAIL: (
        "workemail workemailaddress businessemail companyemail primaryemail email emailaddress mail "
        "arbejdsemail arbejdsmail emailadresse epost"
    ),
    Field.SECOND_EMAIL: "userprincipalname",
    Field.FIRST_NAME: "firstname givenname forename fornavn fornavne",
    Field.LAST_NAME: "lastname surname familyname efternavn",
    Field.NAME: "fullname displayname employeename name fuldenavn medarbejdernavn navn",
    Field.EXTERNAL_ID: (
        "hridentifier hrid employeeid employeenumber employeeno personnelnumber personid staffid externalid "
        "medarbejdernummer medarbejdernr medarbejderid lønnummer idnumber username brugernavn"
    ),
    Field.DEPARTMENT: (
        "departmentpath orgpath afdelingssti department departmentname orgunit organisationalunit "
        "organizationalunit businessunit afdeling afdelingsnavn enhed"
    ),
    Field.JOB_PROFILE: (
        "jobprofile jobtitle jobrole positiontitle position stilling stillingsbetegnelse jobtitel title"
    ),
    Field.LANGUAGE: "language preferredlanguage lang sprog",
    Field.TIME_ZONE: "timezone tidszone",
    Field.ACTIVE: "active isactive enabled accountenabled aktiv",
    Field.INACTIVE: "suspended deactivated disabled inactive deaktiveret inaktiv deleted slettet",
    Field.STATUS: "employmentstatus employeestatus accountstatus status ansættelsesstatus",
    Field.LAST_DAY: "lastday lastdayofwork terminationdate",
    Field.ACCOUNT_CONTROL: "useraccountcontrol",
    # Known, and not read: columns whose values could be mistaken for a status.
    Field.UNUSED: "password",
}
