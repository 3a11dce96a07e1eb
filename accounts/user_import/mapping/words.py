"""Words of values in seven languages: yes and no, employed and gone, months and languages."""

# In letters alone. Only words whose meaning is beyond doubt stand here: an unknown word is asked once, a word
# that is understood wrongly locks somebody out or leaves a leaver their account. So no kind of leave (garden leave,
# Elternzeit, barsel, congé), no notice that somebody has given (resigned, opsagt, gekündigt), nothing before the first
# day (hired, staged, onboarding), no single letter and no kind of contract beyond full and part time.
YES = "1 true yes y ja j x on wahr sand sandt oui o vrai sí s verdadero waar sann sant"
NO = "0 false no n off nein falsch nej falsk falskt non faux falso nee onwaar"
# Letters that mean something else as a status.
LETTERS = "o s"
# Words that say that an account or a person is active, and nothing else.
ACTIVE = (
    "active enabled employed current activeemployee currentemployee currentlyemployed notsuspended notblocked aktiv "
    "aktive aktiver beschäftigt angestellt ansat iarbejde actif active enposte enactivité activo activa empleado "
    "empleada alta actief indienst werkzaam anställd"
)
# Words that say how much or how long somebody works, so that they do.
AT_WORK = (
    "permanent fulltime parttime onleave orlov vollzeit teilzeit fuldtid deltid tempsplein tempspartiel àtempsplein "
    "tiempocompleto tiempoparcial jornadacompleta voltijd voltijds deeltijd deeltijds heltid tillsvidareanställd"
)
GONE = (
    "inactive notactive nolongeractive disabled accountdisabled deactivated suspended terminated left leaver former "
    "formeremployee exemployee notemployed nolongeremployed retired deleted removed tobedeleted deprovisioned "
    "dismissed offboarded deceased dead blocked archived exited departed laidoff gone inaktiv inaktive nichtaktiv "
    "ausgeschieden ausgetreten entlassen deaktiviert gesperrt gelöscht pensioniert verrentet imruhestand ehemalig "
    "ehemalige ehemaliger verstorben nichtmehrbeschäftigt ikkeaktiv fratrådt fratrådte ophørt afskediget bortvist "
    "pensioneret deaktiveret suspenderet slettet spærret stoppet tidligereansat død afdød inactif inactive nonactif "
    "sorti sortie parti partie licencié licenciée désactivé désactivée supprimé supprimée retraité retraitée décédé "
    "décédée bloqué bloquée archivé radié radiée inactivo inactiva noactivo baja dadodebaja dadadebaja despedido "
    "despedida jubilado jubilada cesado cesada desactivado desactivada eliminado eliminada bloqueado bloqueada "
    "fallecido fallecida exempleado inactief nietactief uitdienst uitdienstgetreden ontslagen vertrokken gepensioneerd "
    "gedeactiveerd geblokkeerd verwijderd overleden ejaktiv slutat avslutad avgått avskedad pensionerad inaktiverad "
    "avstängd spärrad borttagen raderad avliden"
)
# Words that stand in columns of status, and whose meaning a person has to say.
UNDECIDED = (
    "resigned withdrawn staged provisioned preboarding onboarding prehire offboarding gardenleave gardeningleave "
    "leaveofabsence parentalleave maternityleave paternityleave sickleave unpaidleave locked lockedout expired "
    "separated noticeperiod elternzeit mutterschutz gekündigt freigestellt beurlaubt ruhend sabbatical barsel "
    "barselsorlov forældreorlov opsagt fritstillet sygemeldt congé congématernité congéparental congésansolde suspendu "
    "suspendue démissionnaire enpréavis suspendido suspendida excedencia debaja bajamédica bajamaternal geschorst "
    "zwangerschapsverlof ouderschapsverlof metverlof opnonactief föräldraledig tjänstledig uppsagd sjukskriven"
)
MONTHS = (
    "january januar janvier enero januari",
    "february februar février febrero februari",
    "march märz mrz marts mars marzo maart mrt",
    "april avril abril",
    "may mai maj mayo mei",
    "june juni juin junio",
    "july juli juillet julio",
    "august août agosto augustus augusti",
    "september septembre septiembre setiembre",
    "october oktober octobre octubre",
    "november novembre noviembre",
    "december dezember décembre diciembre",
)
# What may stand in a day beside numbers and a month.
BESIDE_DAY = (
    "de del le el den der the of st nd rd th er d t z utc gmt kl uhr um at am pm monday tuesday wednesday thursday "
    "friday saturday sunday mon tue wed thu fri sat sun montag dienstag mittwoch donnerstag freitag samstag sonnabend "
    "sonntag mo di mi do fr sa so mandag tirsdag onsdag torsdag fredag lørdag søndag man tir ons tor fre lør søn lundi "
    "mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim lunes martes miércoles jueves viernes "
    "sábado domingo maandag dinsdag woensdag donderdag vrijdag zaterdag zondag måndag tisdag lördag"
)
# What the seven languages call each of them; Django knows every other language by its English and by its own name.
LANGUAGES = {
    "en": "english englisch engelsk anglais inglés engels engelska eng",
    "da": "danish dänisch dansk danois danés deens danska dan",
    "de": "german deutsch tysk allemand alemán duits tyska deu ger",
    "fr": "french französisch fransk français francés frans franska fra fre",
    "es": "spanish spanisch spansk espagnol español castellano spaans spanska spa",
    "nl": "dutch flemish niederländisch holländisch hollandsk nederlandsk néerlandais neerlandés holandés nederlands "
    "vlaams nederländska holländska nld dut",
    "sv": "swedish schwedisch svensk suédois sueco zweeds svenska swe",
}
SALUTATIONS = (
    "mr mrs ms miss mx dr prof herr frau hr fr fru frk frøken fröken monsieur madame mademoiselle m mme mlle señor "
    "señora señorita sr sra srta dhr mevr mevrouw mw heer deheer mister"
)
