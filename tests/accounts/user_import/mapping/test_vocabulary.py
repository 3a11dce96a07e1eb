"""Headings of HR lists in seven languages: what each column is, alone and beside others."""

import pytest

from accounts.user_import.mapping.columns import Columns
from accounts.user_import.mapping.fields import Field
from accounts.user_import.mapping.headings import forms_of
from accounts.user_import.mapping.vocabulary import HEADINGS

pytestmark = pytest.mark.once  # no database has a say in it
LISTS = {
    "English": "Employee ID|First Name|Last Name|Work Email|Department|Job Title|Status|Last day",
    "English, by number": "Personnel No.|Forename|Surname|E-mail address|Org unit|Position|Account status|Leaving date",
    "German": "Personal-Nr.|Vorname|Nachname|E-Mail-Adresse|Abteilung|Tätigkeit|Beschäftigungsstatus|Austrittsdatum",
    "German, as SAP": "PersNr|VORNAME|NAME|E-MAIL|OrgEinheit|Stelle|STATUS|Austritt",
    "German, written out": "Mitarbeiter-Nr|Vorname|Zuname|Geschaeftliche E-Mail|Bereich|Taetigkeit|Status|Austritt am",
    "Danish": "Medarbejdernr.|Fornavn|Efternavn|Arbejdsmail|Afdeling|Stilling|Ansættelsesstatus|Fratrædelsesdato",
    "French": "Matricule|Prénom|Nom|Adresse e-mail|Service|Poste|Status|Date de sortie",
    "French, bare": "N° salarié|PRENOM|NOM DE FAMILLE|COURRIEL|DEPARTEMENT|INTITULE DU POSTE|STATUS|DATE DE DEPART",
    "Spanish": "Nº empleado|Nombre|Apellidos|Correo electrónico|Departamento|Puesto|Situación laboral|Fecha de baja",
    "Spanish, bare": "LEGAJO|NOMBRES|PRIMER APELLIDO|CORREO ELECTRONICO|AREA|CARGO|ESTADO LABORAL|ULTIMO DIA",
    "Dutch": "Personeelsnummer|Voornaam|Achternaam|E-mailadres|Afdeling|Functie|Medewerkerstatus|Datum uit dienst",
    "Dutch, short": "Stamnummer|Roepnaam|Naam|Werk-e-mail|Organisatie-eenheid|Functietitel|Status|Einddatum",
    "Swedish": "Anställningsnummer|Förnamn|Efternamn|E-postadress|Avdelning|Befattning|Anställningsstatus|Slutdatum",
    "Swedish, bare": "ANST.NR|FORNAMN|EFTERNAMN|E-POST|ENHET|YRKESTITEL|STATUS|SISTA ANSTALLNINGSDAG",
}
EXPECTED = [
    Field.EXTERNAL_ID,
    Field.FIRST_NAME,
    Field.LAST_NAME,
    Field.EMAIL,
    Field.DEPARTMENT,
    Field.JOB_PROFILE,
    Field.STATUS,
    Field.LAST_DAY,
]


def read(headings):
    """Return the columns of a file that are read, with their headings."""
    columns = Columns(headings.split("|"), 1)
    return {field: columns.headings[place] for field, place in columns.places.items() if field is not Field.UNUSED}


def field_of(heading, *others):
    """Return what a column is, beside others."""
    return Columns([heading, *others], 1).fields[0]


@pytest.mark.parametrize("headings", LISTS.values(), ids=LISTS)
def test_lists_in_seven_languages_are_read(headings):
    columns = Columns(headings.split("|"), 1)
    assert columns.fields == EXPECTED
    assert columns.problems() == []


@pytest.mark.parametrize(
    ("field", "headings"),
    [
        (Field.LANGUAGE, "Language Sprache Sprog Langue Idioma Taal Språk DEFAULT_LOCALE LOCALE_ID"),
        (Field.TIME_ZONE, "TIMEZONE Zeitzone Tidszone Fuseau-horaire Zona-horaria Tijdzone Tidszon Timezone_ID"),
        (Field.ACTIVE, "Active? Aktiv Actif Activo Actief enabledUser accountEnabled [accountEnabled] Active-Status"),
        (Field.INACTIVE, "Suspended Gesperrt Spærret Désactivé Bloqueado Geblokkeerd Avstängd Block-sign-in isDeleted"),
        (Field.NAME, "Name Full_Name Navn Nom-complet Nombre Naam Namn displayName Last_name,First_name"),
        (Field.EMAIL, "UPN Mail EMAIL_ADDR E-Mail Courriel Correo Mejl"),
        (Field.ACCOUNT_CONTROL, "userAccountControl"),
    ],
)
def test_other_columns_are_known(field, headings):
    for heading in headings.split():
        assert field_of(heading.replace("-", " ")) is field, heading


@pytest.mark.parametrize(
    ("headings", "identifier"),
    [
        ("username|USERID", "USERID"),
        ("Login|User ID", "User ID"),
        ("login_id|user_id", "user_id"),
        ("username|identifier|sourcedId", "sourcedId"),
        ("USERNAME|EMPID", "EMPID"),
        ("sAMAccountName|objectGUID", "objectGUID"),
        ("Benutzername|Personalnummer", "Personalnummer"),
        ("Identifiant|Matricule", "Matricule"),
        # The number of HR, because a "User ID" is as often a login name.
        ("User ID|Employee number", "Employee number"),
        ("login|id", "id"),
        ("username|Nickname", "username"),
    ],
)
def test_an_identifier_that_never_changes_wins(headings, identifier):
    assert read(headings)[Field.EXTERNAL_ID] == identifier
    assert read("|".join(reversed(headings.split("|"))))[Field.EXTERNAL_ID] == identifier


@pytest.mark.parametrize(
    ("headings", "first", "last", "name"),
    [
        ("Vorname|Name", "Vorname", "Name", None),
        ("Name|Voornaam", "Voornaam", "Name", None),
        ("Förnamn|Namn", "Förnamn", "Namn", None),
        ("Vorname|Nachname|Name", "Vorname", "Nachname", None),
        ("First name|Last name|Display name", "First name", "Last name", None),
        ("First name|Display name", None, None, "Display name"),
        ("Name|Surname", "Name", "Surname", None),
        ("Full name|Last name", None, None, "Full name"),
        ("Nombre|Apellidos", "Nombre", "Apellidos", None),
        ("Nombre|Primer apellido|Segundo apellido", "Nombre", "Primer apellido", None),
        ("Nombre|Departamento", None, None, "Nombre"),
        ("Nom|Prénom", "Prénom", "Nom", None),
        ("Nom|Service", None, "Nom", None),
        ("Voornaam|Tussenvoegsel|Achternaam", "Voornaam", "Achternaam", None),
        ("Name (Last, First)", None, None, "Name (Last, First)"),
        ("Name (First)|Name (Last)", "Name (First)", "Name (Last)", None),
    ],
)
def test_a_name_depends_on_the_columns_beside_it(headings, first, last, name):
    found = read(f"E-mail|{headings}")
    assert (found.get(Field.FIRST_NAME), found.get(Field.LAST_NAME), found.get(Field.NAME)) == (first, last, name)


@pytest.mark.parametrize(
    ("headings", "job"),
    [
        ("Title|Job title", "Job title"),
        ("Title|First name", "Title"),
        ("Position|Job title", "Job title"),
        ("Position|Titel|Vorname", "Position"),
        ("Titel|Vorname", None),
        ("Titel|Fornavn", "Titel"),
    ],
)
def test_a_title_is_a_job_unless_there_is_a_better_column(headings, job):
    assert read(headings).get(Field.JOB_PROFILE) == job


@pytest.mark.parametrize(
    "heading",
    [
        *("Personal email", "Personal E-mail", "Home email", "Recovery Email", "Private E-Mail", "E-Mail (privat)"),
        *(
            "Secondary email",
            "secondEmail",
            "Email (personal)",
            "Email - Primary Home",
            "Correo personal",
            "E-mail privé",
        ),
        *(
            "Manager Email",
            "E-mail (manager)",
            "Email [Manager]",
            "Supervisor email",
            "Vorgesetzte E-Mail",
            "Emergency email",
        ),
    ],
)
def test_an_address_of_private_life_or_of_another_person_is_never_read_unasked(heading):
    assert field_of(heading) is Field.UNUSED
    assert read(f"{heading}|Work email")[Field.EMAIL] == "Work email"
    assert [problem.message for problem in Columns([heading, "Employee ID", "Name"], 1).problems()] == [
        f"There is no column for the email address. The headings are: “{heading}”, “Employee ID”, “Name”."
    ]


@pytest.mark.parametrize(
    "heading",
    ["Manager", "Supervisor", "Reporting to", "Vorgesetzter", "Leder", "Responsable", "Jefe", "Leidinggevende"],
)
def test_another_person_is_never_read(heading):
    assert field_of(heading) is Field.UNUSED
    assert Columns([heading], 1).doubtful == []


def test_the_address_of_work_is_read_before_one_that_nobody_knows_more_of():
    assert read("E-Mail|E-Mail (geschäftlich)")[Field.EMAIL] == "E-Mail (geschäftlich)"
    assert read("Email|Employee ID|Email (work)")[Field.EMAIL] == "Email (work)"


def test_another_address_is_used_where_there_is_no_better_one():
    assert read("Employee ID|mail|userPrincipalName")[Field.SECOND_EMAIL] == "userPrincipalName"
    assert read("Employee ID|userPrincipalName")[Field.EMAIL] == "userPrincipalName"


def test_a_column_that_may_stand_several_times_is_no_department_then():
    assert read("Login|Branch")[Field.DEPARTMENT] == "Branch"
    assert Field.DEPARTMENT not in read("Login|Branch|Branch")


def test_a_supervisory_organisation_loses_the_name_of_its_manager():
    columns = Columns(["Employee ID", "Supervisory Organization"], 1)
    assert columns.department("Vesterbro Baristas (Mona Berg)") == "Vesterbro Baristas"
    assert Columns(["Employee ID", "Department"], 1).department("Kitchen (North)") == "Kitchen (North)"


def test_a_title_that_is_mr_or_ms_is_no_job():
    columns = Columns(["Employee ID", "Title"], 1)
    assert [columns.job_profile(text) for text in ("Ms", "Frau", "Barista", "")] == ["", "", "Barista", ""]
    assert Columns(["Employee ID", "Job title"], 1).job_profile("Fr") == "Fr"


def test_each_heading_has_one_meaning():
    fields: dict[str, set[Field]] = {}
    for field, names in HEADINGS.items():
        for name in names.split():
            for form in forms_of(name):
                fields.setdefault(form, set()).add(field)
    assert [form for form, known in fields.items() if len(known) > 1] == []
    assert set(HEADINGS) == set(Field)
