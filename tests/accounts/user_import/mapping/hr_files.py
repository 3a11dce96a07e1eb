"""Made-up files of HR systems and directories, with the columns that are read and the people that they mean."""

# See system_files.py for the parts of each.
HR_FILES: dict[str, tuple[str, ...]] = {
    "Cornerstone": (
        "Cornerstone",
        """
"User ID", "Local System ID", "Username", "Active", "Absent", "Allow Reconcile", "Prefix", "First Name", \
"Middle Name", "Last Name", "Suffix", "Email", "Division ID", "Position ID", "Manager ID", "Time Zone", "Language"
"C1", "", "aash", "Y", "N", "Y", "", "Ali", "", "Ash", "", "ali@ex.example", "DIV-12", "POS-3", "C9", \
"Romance Standard Time", "en-US"
"C2", "", "bbox", "N", "Y", "Y", "", "Bea", "", "Box", "", "bea@ex.example", "DIV-12", "POS-4", "", \
"Romance Standard Time", "da-DK"
""",
        """
User ID = external_id | Active = active | First Name = first_name | Last Name = last_name | Email = email
| Division ID = department | Position ID = job_profile | Time Zone = time_zone | Language = language
""",
        """
C1|Ali|Ash|ali@ex.example|DIV-12|POS-3|active
C2|Bea|Box|bea@ex.example|DIV-12|POS-4|gone
""",
    ),
    "SuccessFactors user data": (
        "SAP SuccessFactors",
        """
STATUS,USERID,USERNAME,FIRSTNAME,LASTNAME,MI,GENDER,EMAIL,MANAGER,HR,DEPARTMENT,JOBCODE,DIVISION,LOCATION,TIMEZONE,\
HIREDATE,EMPID,TITLE,MATRIX_MANAGER,DEFAULT_LOCALE
STATUS,USERID,Username,First Name,Last Name,Middle Name,Gender,Email,Manager,Human Resource,Department,Job Code,\
Division,Location,Time Zone,Hire Date,Employee Id,Title,Matrix Manager,Default Locale
active,sf1,ccat,Cat,Cay,,F,cat@ex.example,NO_MANAGER,NO_HR,Vesterbro,BAR,Retail,CPH,Europe/Copenhagen,02/01/2024,\
100,Barista,,en_US
inactive,sf2,ddog,Dan,Dog,,M,dan@ex.example,sf1,NO_HR,Vesterbro,BAR,Retail,CPH,Europe/Copenhagen,02/01/2024,\
101,Barista,,da_DK
""",
        """
STATUS = status | USERID = external_id | FIRSTNAME = first_name | LASTNAME = last_name | EMAIL = email
| DEPARTMENT = department | TIMEZONE = time_zone | TITLE = job_profile | DEFAULT_LOCALE = language
""",
        """
sf1|Cat|Cay|cat@ex.example|Vesterbro|Barista|active
sf2|Dan|Dog|dan@ex.example|Vesterbro|Barista|gone
""",
    ),
    "SuccessFactors Learning": (
        "SAP SuccessFactors Learning",
        """
STUD_ID|ACTIVE|FNAME|LNAME|EMAIL_ADDR|ORG_ID|JP_ID|SUPER|HIRE_DTE|TERM_DTE|TIMEZONE_ID|LOCALE_ID
sl1|Y|Eva|Elk|eva@ex.example|VES|BAR|sl2|JAN-02-2024 00:00:00||Europe/Copenhagen|English
sl2|N|Fay|Fox|fay@ex.example|VES|BAR||JAN-02-2024 00:00:00|OCT-31-2024 00:00:00|Europe/Copenhagen|English
""",
        """
STUD_ID = external_id | ACTIVE = active | FNAME = first_name | LNAME = last_name | EMAIL_ADDR = email
| ORG_ID = department | JP_ID = job_profile | TERM_DTE = last_day | TIMEZONE_ID = time_zone | LOCALE_ID = language
""",
        """
sl1|Eva|Elk|eva@ex.example|VES|BAR|active
sl2|Fay|Fox|fay@ex.example|VES|BAR|gone
""",
    ),
    "Workday": (
        "Workday",
        """
Worker,Employee ID,Legal Name - First Name,Legal Name - Last Name,Email - Primary Work,Email - Primary Home,\
Business Title,Supervisory Organization,Worker Status,Active Status,Termination Date
Gus Gnu,W-1,Gus,Gnu,gus@ex.example,gus@home.example,Barista,Vesterbro Baristas (Mona Berg),Active,Yes,
Hue Hen (On Leave),W-2,Hue,Hen,hue@ex.example,,Barista,Vesterbro Baristas (Mona Berg),On Leave,Yes,
Ian Imp (Terminated),W-3,Ian,Imp,ian@ex.example,,Barista,Vesterbro Baristas (Mona Berg),Terminated,No,2024-10-31
""",
        """
Employee ID = external_id | Legal Name - First Name = first_name | Legal Name - Last Name = last_name
| Email - Primary Work = email | Business Title = job_profile | Supervisory Organization = department
| Worker Status = status | Active Status = active | Termination Date = last_day
""",
        """
W-1|Gus|Gnu|gus@ex.example|Vesterbro Baristas|Barista|active
W-2|Hue|Hen|hue@ex.example|Vesterbro Baristas|Barista|active
W-3|Ian|Imp|ian@ex.example|Vesterbro Baristas|Barista|gone
""",
    ),
    "BambooHR": (
        "BambooHR",
        """
"Employee #","Last name, First name","Hire Date","Job Title","Department","Location","Status","Work Email",\
"Home Email","Reporting to"
"501","Jay, Jan","2024-02-01","Barista","Vesterbro","Copenhagen","Full-Time","jan@ex.example","j@home.example",\
"Berg, Mona"
"502","Kid, Kim","2024-02-01","Barista","Vesterbro","Copenhagen","Terminated","kim@ex.example","","Berg, Mona"
""",
        """
Employee # = external_id | Last name, First name = name | Job Title = job_profile | Department = department
| Status = status | Work Email = email
""",
        """
501|Jan|Jay|jan@ex.example|Vesterbro|Barista|active
502|Kim|Kid|kim@ex.example|Vesterbro|Barista|gone
""",
    ),
    "Personio in German": (
        "Personio",
        """
Personalnummer;Vorname;Nachname;E-Mail;Status;Position;Abteilung;Team;Büro;Vorgesetzter;Einstellungsdatum;\
Austrittsdatum;Wochenstunden
1001;Jörg;Lauß;joerg@ex.example;Aktiv;Barista;Vesterbro;Früh;Kopenhagen;Mona Berg;01.02.2024;;37,50
1002;Käthe;Müll;kaethe@ex.example;Ausgeschieden;Barista;Vesterbro;Früh;Kopenhagen;Mona Berg;01.02.2024;31.10.2024;20
1003;Lutz;Nöck;lutz@ex.example;Elternzeit;Barista;Vesterbro;Spät;Kopenhagen;Mona Berg;01.02.2024;;37,50
""",
        """
Personalnummer = external_id | Vorname = first_name | Nachname = last_name | E-Mail = email | Status = status
| Position = job_profile | Abteilung = department | Austrittsdatum = last_day
""",
        """
1001|Jörg|Lauß|joerg@ex.example|Vesterbro|Barista|active
1002|Käthe|Müll|kaethe@ex.example|Vesterbro|Barista|gone
""",
        "cp1252",
        "elternzeit",
    ),
    "Personio in English": (
        "Personio",
        """
Employee ID,First name,Last name,Email,Status,Position,Department,Team,Office,Supervisor,Hire date,Termination date,\
Weekly working hours
2001,Ole,Owl,ole@ex.example,Active,Barista,Vesterbro,Early,Copenhagen,Mona Berg,2024-02-01,,37.5
2002,Pam,Pug,pam@ex.example,Inactive,Barista,Vesterbro,Early,Copenhagen,Mona Berg,2024-02-01,2024-10-31,20
2003,Quy,Qua,quy@ex.example,Onboarding,Barista,Vesterbro,Early,Copenhagen,Mona Berg,2024-02-01,,20
""",
        """
Employee ID = external_id | First name = first_name | Last name = last_name | Email = email | Status = status
| Position = job_profile | Department = department | Termination date = last_day
""",
        """
2001|Ole|Owl|ole@ex.example|Vesterbro|Barista|active
2002|Pam|Pug|pam@ex.example|Vesterbro|Barista|gone
""",
        "utf-8",
        "onboarding",
    ),
    "HiBob": (
        "HiBob",
        """
Employee ID,Display name,First name,Last name,Email,Personal email,Department,Job title,Site,Manager,Lifecycle status,\
Termination date
321,Ray Roe,Ray,Roe,ray@ex.example,ray@home.example,Vesterbro,Barista,Copenhagen,Mona Berg,Employed,
322,Sue Sun,Sue,Sun,sue@ex.example,,Vesterbro,Barista,Copenhagen,Mona Berg,Terminated,31-Oct-2024
323,Tom Tan,Tom,Tan,tom@ex.example,,Vesterbro,Barista,Copenhagen,Mona Berg,Garden leave,
""",
        """
Employee ID = external_id | First name = first_name | Last name = last_name | Email = email | Department = department
| Job title = job_profile | Lifecycle status = status | Termination date = last_day
""",
        """
321|Ray|Roe|ray@ex.example|Vesterbro|Barista|active
322|Sue|Sun|sue@ex.example|Vesterbro|Barista|gone
""",
        "utf-8",
        "gardenleave",
    ),
    "Entra ID, bulk form": (
        "Microsoft Entra ID",
        """
version:v1.0,,,,,,,,
Name [displayName] Required,User name [userPrincipalName] Required,Initial password [passwordProfile] Required,\
Block sign in (Yes/No) [accountEnabled] Required,First name [givenName],Last name [surname],Job title [jobTitle],\
Department [department],Employee Id [employeeId]
Una Urn,una@ex.example,x,No,Una,Urn,Barista,Vesterbro,E-1
Vic Vow,vic@ex.example,x,Yes,Vic,Vow,Barista,Vesterbro,E-2
""",
        """
User name [userPrincipalName] Required = email | Block sign in (Yes/No) [accountEnabled] Required = inactive
| First name [givenName] = first_name | Last name [surname] = last_name | Job title [jobTitle] = job_profile
| Department [department] = department | Employee Id [employeeId] = external_id
""",
        """
E-1|Una|Urn|una@ex.example|Vesterbro|Barista|active
E-2|Vic|Vow|vic@ex.example|Vesterbro|Barista|gone
""",
    ),
    "Entra ID, bulk form in Dutch": (
        "Microsoft Entra ID",
        """
version:v1.0,,,,,,
Naam [displayName] Vereist,Gebruikersnaam [userPrincipalName] Vereist,Wachtwoord [passwordProfile] Vereist,\
Aanmelden blokkeren [accountEnabled] Vereist,Voornaam [givenName],Achternaam [surname],Id [employeeId]
Una Urn,una@ex.example,x,Nee,Una,Urn,E-1
Vic Vow,vic@ex.example,x,Ja,Vic,Vow,E-2
""",
        """
Gebruikersnaam [userPrincipalName] Vereist = email | Aanmelden blokkeren [accountEnabled] Vereist = inactive
| Voornaam [givenName] = first_name | Achternaam [surname] = last_name | Id [employeeId] = external_id
""",
        """
E-1|Una|Urn|una@ex.example|||active
E-2|Vic|Vow|vic@ex.example|||gone
""",
    ),
    "Entra ID, export": (
        "Microsoft Entra ID",
        """
userPrincipalName,displayName,surname,mail,givenName,id,userType,jobTitle,department,accountEnabled,usageLocation,\
state,directorySynced
wes@ex.example,Wes Wax,Wax,wes.wax@ex.example,Wes,8f0c,Member,Barista,Vesterbro,True,DK,,False
xan@ex.example,Xan Xyl,Xyl,,Xan,8f0d,Member,Barista,Vesterbro,False,DK,,False
""",
        """
userPrincipalName = second_email | surname = last_name | mail = email | givenName = first_name | id = external_id
| jobTitle = job_profile | department = department | accountEnabled = active
""",
        """
8f0c|Wes|Wax|wes.wax@ex.example|Vesterbro|Barista|active
8f0d|Xan|Xyl|xan@ex.example|Vesterbro|Barista|gone
""",
    ),
    "Google Workspace": (
        "Google Workspace",
        """
First Name [Required],Last Name [Required],Email Address [Required],Password [Required],\
Password Hash Function [UPLOAD ONLY],Org Unit Path [Required],New Primary Email [UPLOAD ONLY],Status [READ ONLY],\
Last Sign In [READ ONLY],Recovery Email,Home Secondary Email,Work Secondary Email,Employee ID,Employee Type,\
Employee Title,Manager Email,Department,2sv Enrolled [READ ONLY],Change Password at Next Sign-In
Yve,Yak,yve@ex.example,****,,/Copenhagen/Vesterbro,,Active,2026/11/01 09:00:00,y@home.example,,,G-1,,Barista,\
mona@ex.example,Vesterbro,False,False
Zoe,Zip,zoe@ex.example,****,,/Copenhagen/Vesterbro,,Suspended,Never logged in,,,,G-2,,Barista,,Vesterbro,True,False
""",
        """
First Name [Required] = first_name | Last Name [Required] = last_name | Email Address [Required] = email
| Org Unit Path [Required] = department | Status [READ ONLY] = status | Employee ID = external_id
| Employee Title = job_profile
""",
        """
G-1|Yve|Yak|yve@ex.example|/Copenhagen/Vesterbro|Barista|active
G-2|Zoe|Zip|zoe@ex.example|/Copenhagen/Vesterbro|Barista|gone
""",
    ),
    "Okta": (
        "Okta",
        """
id,login,firstName,lastName,email,secondEmail,mobilePhone,title,department,employeeNumber,userType,status
00u1,ann@ex.example,Ann,Arc,ann@ex.example,ann@home.example,,Barista,Vesterbro,O-1,,ACTIVE
00u2,ben@ex.example,Ben,Bow,ben@ex.example,,,Barista,Vesterbro,O-2,,DEPROVISIONED
00u3,cat@ex.example,Cat,Cup,cat@ex.example,,,Barista,Vesterbro,O-3,,SUSPENDED
00u4,dot@ex.example,Dot,Den,dot@ex.example,,,Barista,Vesterbro,O-4,,STAGED
""",
        """
firstName = first_name | lastName = last_name | email = email | title = job_profile | department = department
| employeeNumber = external_id | status = status
""",
        """
O-1|Ann|Arc|ann@ex.example|Vesterbro|Barista|active
O-2|Ben|Bow|ben@ex.example|Vesterbro|Barista|gone
O-3|Cat|Cup|cat@ex.example|Vesterbro|Barista|gone
""",
        "utf-8",
        "staged",
    ),
    "Active Directory, csvde": (
        "Active Directory",
        """
DN,objectClass,sAMAccountName,userPrincipalName,displayName,givenName,sn,mail,department,title,employeeID,\
userAccountControl
"CN=Eli Ebb,OU=Vesterbro,DC=ex,DC=example",user,eebb,eebb@ex.example,Eli Ebb,Eli,Ebb,eli@ex.example,Vesterbro,\
Barista,A-1,512
"CN=Flo Fig,OU=Vesterbro,DC=ex,DC=example",user,ffig,ffig@ex.example,Flo Fig,Flo,Fig,,Vesterbro,Barista,A-2,66050
""",
        """
userPrincipalName = second_email | givenName = first_name | sn = last_name | mail = email | department = department
| title = job_profile | employeeID = external_id | userAccountControl = account_control
""",
        """
A-1|Eli|Ebb|eli@ex.example|Vesterbro|Barista|active
A-2|Flo|Fig|ffig@ex.example|Vesterbro|Barista|gone
""",
        "utf-16",
    ),
    "Active Directory, PowerShell": (
        "Active Directory",
        """
#TYPE Microsoft.ActiveDirectory.Management.ADUser
"Department","DistinguishedName","EmailAddress","Enabled","GivenName","LockedOut","Name","ObjectClass","ObjectGUID",\
"PasswordNeverExpires","SamAccountName","SID","Surname","Title","UserPrincipalName"
"Vesterbro","CN=Gil Gem,DC=ex","gil@ex.example","True","Gil","False","Gil Gem","user","1b2c",\
"False","ggem","S-1-5-21-1","Gem","Barista","ggem@ex.example"
"Vesterbro","CN=Hal Hop,DC=ex","hal@ex.example","False","Hal","False","Hal Hop","user","1b2d",\
"False","hhop","S-1-5-21-2","Hop","Barista","hhop@ex.example"
""",
        """
Department = department | EmailAddress = email | Enabled = active | GivenName = first_name | ObjectGUID = external_id
| Surname = last_name | Title = job_profile | UserPrincipalName = second_email
""",
        """
1b2c|Gil|Gem|gil@ex.example|Vesterbro|Barista|active
1b2d|Hal|Hop|hal@ex.example|Vesterbro|Barista|gone
""",
    ),
}
