"""The vocabulary of headings: what HR systems and lists call each field, in seven languages."""

from .fields import Field
from .headings import forms_of

# The headings of each field in letters alone, the most telling first: of a field that is one column, only the
# first of these that a file contains is read. An identifier that never changes stands before one that may, such as a
# login name. English and the words of systems first, then German, Danish, French, Spanish, Dutch and Swedish.
HEADINGS: dict[Field, str] = {
    Field.EMAIL: (
        "workemail workemailaddress emailprimarywork primaryworkemail emailwork emailaddresswork workmail officeemail "
        "businessemail businessemailaddress emailbusiness companyemail companyemailaddress corporateemail "
        "officialemail officialemailid professionalemail dienstlicheemail dienstlicheemailadresse emaildienstlich "
        "geschäftlicheemail geschäftlicheemailadresse emailgeschäftlich firmenemail dienstemail arbejdsemail "
        "arbejdsmail emailarbejde firmaemail arbejdsemailadresse emailprofessionnel emailpro "
        "adresseemailprofessionnelle courrielprofessionnel mailprofessionnel correocorporativo "
        "correoelectrónicocorporativo emailcorporativo correoelectrónicodeltrabajo correodetrabajo correoprofesional "
        "zakelijkemail zakelijkemailadres werkemail emailwerk emailzakelijk werkmail arbetsemail emailarbete jobbmail "
        "jobbmejl epostarbete arbetsepost primaryemail primaryemailaddress email emailaddress emailaddr emailid mail "
        "mailaddress emailadresse mailadresse emailkonto epost epostadresse adresseemail adressemail "
        "adressedemessagerie courriel adressecourriel adresseélectronique correo correoelectrónico direccióndecorreo "
        "direccióndecorreoelectrónico direccióndeemail emailadres mailadres emailadress epostadress mejl mejladress"
    ),
    Field.SECOND_EMAIL: "userprincipalname upn",
    Field.FIRST_NAME: (
        "firstname legalnamefirstname legalfirstname namefirst givenname forename forenames givennames fname vorname "
        "rufname vornamen fornavn fornavne prénom prénoms nombrepropio primernombre voornaam voornamen roepnaam "
        "förnamn tilltalsnamn preferredfirstname preferrednamefirstname preferredgivenname nombres nombre"
    ),
    Field.LAST_NAME: (
        "lastname legalnamelastname legallastname namelast surname familyname lname sn nachname familienname zuname "
        "efternavn nom nomdefamille apellidos apellido primerapellido apellido1 achternaam familienaam geslachtsnaam "
        "efternamn preferredlastname preferrednamelastname preferredfamilyname"
    ),
    Field.NAME: (
        "lastnamefirstname namelastfirst namelastnamefirstname namefirstlast namefirstnamelastname firstandlastname "
        "firstnamelastname fullname fulllegalname legalname displayname employeename employeefullname workername "
        "staffname personname empname cn sortablename name mitarbeitername vollständigername nachnamevorname "
        "namevorname vorundnachname vornameundnachname anzeigename fuldenavn fuldtnavn medarbejdernavn navn nomcomplet "
        "nometprénom prénometnom nomprénom prénomnom nomdusalarié nombrecompleto nombreyapellidos apellidosynombre "
        "apellidosnombre volledigenaam naammedewerker medewerkernaam naam fullständigtnamn helanamnet fulltnamn namn"
    ),
    Field.EXTERNAL_ID: (
        "hridentifier hrid employeeid employeeidentifier employeenumber employeeno employeenr employeecode "
        "personnelnumber personnelno personnelid payrollnumber payrollid staffid staffnumber staffno workerid "
        "associateid colleagueid personid personnumber externalid personalnummer personalnr persnr pnr persnummer "
        "personalid mitarbeiternummer mitarbeiternr mitarbeiterid manr maid stammnummer medarbejdernummer "
        "medarbejdernr medarbejderid lønnummer lønnr tjenestenummer matricule numérodematricule nomatricule "
        "matriculesalarié numérodesalarié nosalarié numérosalarié numérodemployé noemployé numérodeemployé "
        "identifiantsalarié númerodeempleado numeroempleado noempleado nodeempleado nodeempleada noempleada "
        "códigodeempleado códigoempleado iddeempleado idempleado empleadoid legajo numerodelegajo personeelsnummer "
        "personeelsnr personeelsid medewerkernummer medewerkernr medewerkerid stamnummer anställningsnummer "
        "anställningsnr anstnr anstnummer anställningsid medarbetarid medarbetarnummer löneid idnumber userid studid "
        "studentid sourcedid sisid sisuserid empid empno empcode empnumber identifier customid useruniqueid uuid "
        "objectid objectguid immutableid azureadobjectid id login loginid loginname username userlogin useraccount "
        "samaccountname accountname uid brugernavn brugerid benutzername benutzerkennung anmeldename kennung "
        "identifiant nomdutilisateur usuario nombredeusuario gebruikersnaam inlognaam användarnamn användarid"
    ),
    Field.DEPARTMENT: (
        "departmentpath orgpath orgunitpath branchnamepath branchpath afdelingssti abteilungspfad department "
        "departmentname departmenttitle orgunit orgunitname organisationalunit organizationalunit organisationunit "
        "organizationunit businessunit abteilung abteilungsname orgeinheit organisationseinheit fachabteilung afdeling "
        "afdelingsnavn organisationsenhed département departamento departamentos nombredeldepartamento afdelingsnaam "
        "organisatieeenheid organisatorischeeenheid avdelning avdelningsnamn organisationsenhet bereich enhed enhet "
        "unité unidad unidadorganizativa área dept deptname division divisionname branch branchname service "
        "nomduservice departmentid departmentcode departmentnumber divisionid branchcode orgid orgidnumber "
        "organisationidnumber supervisoryorganization supervisoryorg"
    ),
    Field.JOB_PROFILE: (
        "jobprofile jobtitle jobtitlename businesstitle employeetitle jobrole jobname jobposition positiontitle "
        "positionname stillingsbetegnelse jobtitel stilling tätigkeit stellenbezeichnung positionsbezeichnung "
        "berufsbezeichnung funktionsbezeichnung stelle intituléduposte intitulédeposte titreduposte libellédelemploi "
        "jobprofil poste emploi fonction puesto puestodetrabajo nombredelpuesto cargo functietitel functienaam functie "
        "functieomschrijving befattning yrkestitel yrke tjänst position job rolle funktion title titel designation "
        "posidnumber positionidnumber jpid positionid jobcode"
    ),
    Field.LANGUAGE: (
        "language preferredlanguage lang userlanguage languagecode locale defaultlocale localeid sprache "
        "korrespondenzsprache spracheinstellung bevorzugtesprache sprog foretrukketsprog langue languepréférée idioma "
        "idiomapreferido lenguaje taal voorkeurstaal språk önskatspråk"
    ),
    Field.TIME_ZONE: (
        "timezone timezoneid timezonename tz zeitzone tidszone fuseauhoraire zonahoraria husohorario tijdzone tidszon"
    ),
    Field.ACTIVE: (
        "active isactive activestatus activeuser useractive enabled isenabled enableduser accountenabled userenabled "
        "loginenabled employed iscurrent aktiv istaktiv aktiviert kontoaktiv eraktiv actif estactif compteactif activo "
        "estáactivo usuarioactivo actief isactief äraktiv"
    ),
    Field.INACTIVE: (
        "suspended issuspended deactivated isdeactivated deactivate todeactivate disabled isdisabled accountdisabled "
        "nsaccountlock inactive isinactive deleted isdeleted blocked isblocked blocksignin signinblocked archived "
        "isarchived deaktiviert gesperrt inaktiv gelöscht anmeldungblockieren deaktiveret slettet spærret suspenderet "
        "désactivé suspendu bloqué supprimé inactif archivé bloquerlaconnexion desactivado suspendido bloqueado "
        "inactivo eliminado inactief geblokkeerd gedeactiveerd verwijderd geschorst inaktiverad avstängd spärrad "
        "borttagen"
    ),
    Field.STATUS: (
        "employmentstatus employeestatus employeestatusname employmentstate accountstatus userstatus status statusname "
        "workerstatus personstatus staffstatus lifecyclestatus lifecyclestate empstatus hrstatus emplstatus "
        "assignmentstatus currentstatus beschäftigungsstatus anstellungsstatus mitarbeiterstatus personalstatus "
        "kontostatus ansættelsesstatus medarbejderstatus brugerstatus statutducompte statututilisateur "
        "situaciónlaboral estadolaboral estadodelempleado estadodelacuenta medewerkerstatus anställningsstatus"
    ),
    Field.LAST_DAY: (
        "termdte termdate lastworkday lastday lastdayofwork lastdayofemployment lastworkingday lastdayworked "
        "terminationdate dateoftermination terminationeffectivedate leavingdate dateofleaving leavedate leaverdate "
        "dateleft exitdate separationdate employmentenddate enddateofemployment enddate deactivationdate "
        "accountexpirationdate austrittsdatum austritt austrittam datumaustritt austrittzum ausgeschiedenam "
        "letzterarbeitstag beschäftigungsende enddatum fratrædelsesdato fratrædelse fratrådtdato fratrådtden "
        "datoforfratrædelse sidstearbejdsdag sidsteansættelsesdag ophørsdato slutdato datedesortie datedépart "
        "datededépart datefin datedefin dernierjour dernierjourtravaillé dernierjourdetravail fechadebaja fechabaja "
        "fechadesalida fechadecese fechafin fechadefin fechadeterminación últimodía últimodíadetrabajo datumuitdienst "
        "uitdienst uitdienstdatum datumuitdiensttreding einddatum einddatumdienstverband laatstewerkdag slutdatum "
        "sistaarbetsdag sistaanställningsdag anställningsslut avgångsdatum slutdag"
    ),
    Field.ACCOUNT_CONTROL: "useraccountcontrol",
    # Known, and never read unasked: secrets, other people, private addresses, half of a last name, and columns of yes
    # and no that say nothing about the account.
    Field.UNUSED: (
        "password initialpassword passwordprofile passwort adgangskode motdepasse contraseña wachtwoord lösenord "
        "manager managername manageremail manageremailaddress managerid manageridnumber supervisor supervisorname "
        "supervisoremail supervisorid reportingto reportsto linemanager linemanageremail manager1 hr vorgesetzter "
        "vorgesetzte vorgesetzteemail führungskraft leder nærmesteleder chef lederemail responsable "
        "responsablehiérarchique managerdirect jefe jefedirecto supervisordirecto leidinggevende närmastechef "
        "personalemail personalemailaddress emailpersonal emailaddresspersonal emailprimaryhome homeemail "
        "homeemailaddress emailhome privateemail privateemailaddress emailprivate recoveryemail recoveryemailaddress "
        "secondaryemail secondemail alternateemail alternateemailaddress otheremail homesecondaryemail "
        "worksecondaryemail newprimaryemail newemail oldemail emergencyemail contactemail privateemailadresse "
        "emailprivat emailadresseprivat privatmail emailpersonnel emailperso courrielpersonnel adresseemailpersonnelle "
        "correopersonal correoelectrónicopersonal emailparticular privéemail privéemailadres emailprivé emailthuis "
        "privatepost epostprivat privatmejl tussenvoegsel tussenvoegsels voorvoegsel voorvoegsels segundoapellido "
        "apellido2 middlename timemodified mailformat maildisplay maildigest autosubscribe trackforums htmleditor "
        "policyagreed emailstop excludefromemails forcepasswordchange changepasswordatnextsignin mustchangepassword "
        "ismanager gender geschlecht"
    ),
}


def named() -> dict[str, tuple[Field, int]]:
    """Return the field of each folded heading, with its rank within the field: 0 is the most telling."""
    known: dict[str, tuple[Field, int]] = {}
    for field, names in HEADINGS.items():
        for rank, name in enumerate(names.split()):
            for form in forms_of(name):
                known.setdefault(form, (field, rank))
    return known


NAMED = named()
