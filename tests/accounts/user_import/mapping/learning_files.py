"""Made-up files of learning platforms, with the columns that are read and the people that they mean."""

# See system_files.py for the parts of each.
LEARNING_FILES: dict[str, tuple[str, ...]] = {
    "Moodle": (
        "Moodle",
        """
username,password,firstname,lastname,email,idnumber,department,lang,timezone,mailformat,suspended,cohort1
abay,x,Ada,Bay,ada@ex.example,M-1,Vesterbro,en,99,1,0,baristas
bcod,x,Bo,Cod,bo@ex.example,M-2,Vesterbro,da,Europe/Copenhagen,0,1,baristas
""",
        """
firstname = first_name | lastname = last_name | email = email | idnumber = external_id | department =
department | lang = language | timezone = time_zone | suspended = inactive
""",
        """
M-1|Ada|Bay|ada@ex.example|Vesterbro||active
M-2|Bo|Cod|bo@ex.example|Vesterbro||gone
""",
    ),
    "Moodle without numbers": (
        "Moodle",
        """
username,firstname,lastname,email,course1,role1
abay,Ada,Bay,ada@ex.example,coffee,student
""",
        """
username = external_id | firstname = first_name | lastname = last_name | email = email
""",
        """
abay|Ada|Bay|ada@ex.example|||
""",
    ),
    "Canvas": (
        "Canvas",
        """
user_id,integration_id,login_id,first_name,last_name,sortable_name,short_name,email,declared_user_type,status
C1,,cdab,Cy,Dab,"Dab, Cy",Cy,cy@ex.example,student,active
C2,,deel,Di,Eel,"Eel, Di",Di,di@ex.example,student,suspended
C3,,efin,Ed,Fin,"Fin, Ed",Ed,ed@ex.example,student,deleted
""",
        """
user_id = external_id | first_name = first_name | last_name = last_name | email = email | status = status
""",
        """
C1|Cy|Dab|cy@ex.example|||active
C2|Di|Eel|di@ex.example|||gone
C3|Ed|Fin|ed@ex.example|||gone
""",
    ),
    "OneRoster 1.1": (
        "OneRoster 1.1",
        """
sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,\
middleName,identifier,email,sms,phone,agentSourceIds,grades,password
u-1,active,2026-11-20T08:00:00Z,true,org-1,student,ggar,,Gia,Gar,,S1,gia@ex.example,,,,09,
u-2,active,2026-11-20T08:00:00Z,false,org-1,student,hhak,,Hal,Hak,,S2,hal@ex.example,,,,09,
u-3,tobedeleted,2026-11-20T08:00:00Z,true,org-1,teacher,iide,,Ina,Ide,,S3,ina@ex.example,,,,,
""",
        """
sourcedId = external_id | status = status | enabledUser = active | givenName = first_name | familyName =
last_name | email = email
""",
        """
u-1|Gia|Gar|gia@ex.example|||active
u-2|Hal|Hak|hal@ex.example|||gone
u-3|Ina|Ide|ina@ex.example|||gone
""",
    ),
    "OneRoster 1.2": (
        "OneRoster 1.2",
        """
sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,\
sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,\
preferredFamilyName,primaryOrgSourcedId,pronouns
u-4,active,,true,jjib,,Jo,Jib,,S4,jo@ex.example,,,,,,m-4,Joey,,,org-1,she/her
u-5,tobedeleted,,true,kkop,,Kai,Kop,,S5,kai@ex.example,,,,,,m-5,,,,org-1,
""",
        """
sourcedId = external_id | status = status | enabledUser = active | givenName = first_name | familyName =
last_name | email = email
""",
        """
u-4|Jo|Jib|jo@ex.example|||active
u-5|Kai|Kop|kai@ex.example|||gone
""",
    ),
    "Totara": (
        "Totara",
        """
"idnumber","timemodified","username","deleted","suspended","firstname","lastname","email","emailstop","lang",\
"timezone","jobassignmentidnumber","orgidnumber","posidnumber"
"T-1","0","llin","0","0","Lea","Lin","lea@ex.example","0","en","Europe/Copenhagen","J1","HC-VES","BAR"
"T-2","0","mmol","1","0","Max","Mol","max@ex.example","0","en","Europe/Copenhagen","J2","HC-VES","BAR"
"T-3","0","nnot","0","1","Nia","Not","nia@ex.example","0","en","Europe/Copenhagen","J3","HC-VES","BAR"
""",
        """
idnumber = external_id | deleted = inactive | suspended = inactive | firstname = first_name | lastname =
last_name | email = email | lang = language | timezone = time_zone | orgidnumber = department | posidnumber =
job_profile
""",
        """
T-1|Lea|Lin|lea@ex.example|HC-VES|BAR|active
T-2|Max|Mol|max@ex.example|HC-VES|BAR|gone
T-3|Nia|Not|nia@ex.example|HC-VES|BAR|gone
""",
    ),
    "TalentLMS": (
        "TalentLMS",
        """
Login,Firstname,Lastname,Email,Password,User-type,Bio,Active,Deactivation-date,Exclude-from-emails,Language,Branch
oole,Ole,Orm,ole@ex.example,x,Learner-Type,,YES,,NO,en,Vesterbro
pper,Pia,Per,pia@ex.example,x,Learner-Type,,NO,,NO,da,Vesterbro
qqin,Qu,Qin,qu@ex.example,x,Learner-Type,,YES,31/01/2024,NO,da,Vesterbro
""",
        """
Login = external_id | Firstname = first_name | Lastname = last_name | Email = email | Active = active |
Deactivation-date = last_day | Language = language | Branch = department
""",
        """
oole|Ole|Orm|ole@ex.example|Vesterbro||active
pper|Pia|Per|pia@ex.example|Vesterbro||gone
qqin|Qu|Qin|qu@ex.example|Vesterbro||gone
""",
    ),
    "Docebo": (
        "Docebo",
        """
username;firstname;lastname;email;level;active;expiration_date;language;timezone;branch name path;manager
rrud;Rie;Rud;rie@ex.example;user;1;;english;Europe/Copenhagen;Copenhagen/Vesterbro;mona
ssum;Sam;Sum;sam@ex.example;user;0;;danish;Europe/Copenhagen;Copenhagen/Vesterbro;mona
ttud;Tor;Tud;tor@ex.example;user;1;2024-01-31;danish;Europe/Copenhagen;Copenhagen/Vesterbro;mona
""",
        """
username = external_id | firstname = first_name | lastname = last_name | email = email | active = active |
expiration_date = last_day | language = language | timezone = time_zone | branch name path = department
""",
        """
rrud|Rie|Rud|rie@ex.example|Copenhagen/Vesterbro||active
ssum|Sam|Sum|sam@ex.example|Copenhagen/Vesterbro||gone
ttud|Tor|Tud|tor@ex.example|Copenhagen/Vesterbro||gone
""",
    ),
    "360Learning": (
        "360Learning",
        """
mail;firstName;lastName;password;phone;job;organization;groups;toDeactivate;lang;customId
ulf@ex.example;Ulf;Uhr;;;Barista;Harbour Coffee;56eff4ea;false;en;L-1
val@ex.example;Val;Vik;;;Barista;Harbour Coffee;56eff4ea;true;fr;L-2
""",
        """
mail = email | firstName = first_name | lastName = last_name | job = job_profile | toDeactivate = inactive |
lang = language | customId = external_id
""",
        """
L-1|Ulf|Uhr|ulf@ex.example||Barista|active
L-2|Val|Vik|val@ex.example||Barista|gone
""",
    ),
}
