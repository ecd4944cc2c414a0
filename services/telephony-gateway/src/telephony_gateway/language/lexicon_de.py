"""German words, Austrian and Swiss ones among them: kinds, values, and what recognition makes of them.

`WORDS` are words whose kind is all that counts; `VALUED` have a value; `PHRASES` are several words that count as one.
Fillers are left out before any rule sees them.
"""

from __future__ import annotations

from telephony_gateway.language.clock import Part
from telephony_gateway.language.lexicon import Lexicon, LexiconTables

_UNITS = "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn".split()
_UNITS += ["achtzehn", "neunzehn"]
_TENS = {20: "zwanzig", 30: "dreißig", 40: "vierzig", 50: "fünfzig", 60: "sechzig", 70: "siebzig", 80: "achtzig", 90: "neunzig"}
_JOINED_UNITS = ["", "ein", *_UNITS[2:10]]


def _cardinals() -> dict[str, int]:
    words = {word: value for value, word in enumerate(_UNITS)}
    for ten, word in _TENS.items():
        words[word] = ten
        words |= {f"{_JOINED_UNITS[unit]}und{word}": ten + unit for unit in range(1, 10)}
    words |= {"zwo": 2, "sechszehn": 16, "siebenzehn": 17, "fuffzehn": 15, "fuffzig": 50, "zwoundzwanzig": 22}
    # "um viere", "um achte": the hours of the south.
    words |= {f"{_UNITS[hour]}e": hour for hour in (2, 3, 4, 5, 6, 8, 9, 10, 11, 12)} | {"siebene": 7, "simme": 7}
    words |= {"drü": 3, "vieri": 4, "füfi": 5, "föifi": 5, "sächsi": 6, "sibni": 7, "achti": 8, "nüni": 9, "zähni": 10, "elfi": 11, "zwölfi": 12}
    words |= {"dreissich": 30, "dreissisch": 30, "zwanzich": 20, "zwanzisch": 20, "vierzich": 40, "fünfzich": 50}
    return words


def _ordinals() -> dict[str, int]:
    stems = {"erst": 1, "zweit": 2, "zwot": 2, "dritt": 3, "siebt": 7, "siebent": 7, "acht": 8}
    stems |= {f"{_UNITS[day]}t": day for day in (4, 5, 6, 9, *range(10, 20))}
    stems |= {f"{word}st": value for word, value in _cardinals().items() if 20 <= value <= 39}
    # "achte" is eight o'clock in the south and the eighth elsewhere: the ordinal where an ending shows it.
    return {stem + ending: value for stem, value in stems.items() for ending in ("e", "er", "en", "em", "es") if stem + ending != "achte"}


def _years() -> dict[str, int]:
    below_hundred = {value: word for word, value in reversed(_cardinals().items())}
    years = {f"zweitausend{word}": 2000 + value for value, word in below_hundred.items() if value}
    years |= {f"zweitausendund{word}": 2000 + value for value, word in below_hundred.items() if value}
    return years | {"zweitausend": 2000}


WORDS = {
    "filler": (
        "ähm äh öh ehm hm hmm mhm ah oh na nun ja jo jawohl okay ok gut genau also halt eben so mal eigentlich vielleicht eventuell evtl "
        "bitte danke gern gerne wohl einfach irgendwie irgendwann sagen sag sagt wir mir's würd bloß jetzt dann da dort hier ganz recht schon noch auch gleich "
        "quasi sozusagen ungefähre wieder denn ebenfalls natürlich idealerweise möglichst tja gell gelle oder? woll ne? eh fei "
        "sehr geehrte liebe hallo servus moin grüezi grüß tagchen"
    ),
    "um": "um ums umara",
    "am": "am an ans",
    "in": "in im ins innert",
    "auf": "auf aufn aufs",
    "der": "der die das den dem des dr de",
    "ab": "ab",
    "bis": "bis",
    "zu": "zu zum zur",
    "von": "von vom",
    "fuer": "für fürn fürs",
    "zwischen": "zwischen",
    "und": "und u",
    "oder": "oder od bzw beziehungsweise respektive",
    "nach": "nach",
    "vor": "vor vorm",
    "gegen": "gegen gg geg",
    "ueber": "über übern übers",
    "nicht": "nicht ned net nich nix ned nöd nie niemals",
    "kein": "kein keine keinen keiner keinesfalls",
    "uhr": "uhr uhren uhrn",
    "h": "h",
    "halb": "halb halbe halber halben halwe halwer hoib hoibe",
    "viertel": "viertel viertl virtel vierdel vatel",
    "dreiviertel": "dreiviertel dreivirtel dreiviertl dreivierdel",
    "punkt": "punkt schlag exakt pünktlich pkt",
    "circa": "circa zirka ca etwa ungefähr rund ungefaer cirka zirca",
    "herum": "herum rum umadum",
    "kurz": "kurz knapp",
    "tausend": "tausend",
    "binnen": "binnen innerhalb",
    "fruehestens": "frühestens frühstens",
    "spaetestens": "spätestens spätstens",
    "kw": "kw kalenderwoche kalenderwochen",
    "werktag": "werktag werktage werktagen arbeitstag arbeitstage arbeitstagen",
    "arbeitswoche": "arbeitswoche werktags wochentags",
    "paar": "paar",
    "rest": "rest",
    "lang": "lang dauer dauert dauern",
    "seit": "seit",
    "spaeter": "später spätere späteren späterer späteres",
    "frueher": "",
    "sondern": "sondern",
    "aber": "aber jedoch",
    "nein": "nein nee nö na_nein quatsch sorry entschuldigung verzeihung pardon stopp stop moment falsch korrektur korrigiere vielmehr blödsinn schmarrn naa",
    "lieber": "lieber besser eher",
    "statt": "statt anstatt anstelle",
    "ausser": "außer ausgenommen bis_auf",
    "freitermin": "freien freie freier frei freies",
    "termin": "termin termine terminen terminchen slot möglichkeit",
    "konnte": "kann geht passt können klappt könnte ginge möchte will bin habe hab haben ist wär wäre wird würde arbeite muss soll sind",
    "title": "herr herrn frau familie fräulein doktor dr professor prof hr fr_",
    "name": "heiße heiss name namens nachname vorname nachnamen heißt",
    "guten": "guten gute gutn schönen schönes schöne guads guada",
    "move": "verschieben verlegen umbuchen verschoben verlegt umlegen vorverlegen verschiebe verlege schieben",
    "drauf": "drauf darauf danach später_danach",
    "mittelpunkt": "",
    "auffuehrung": "",
}

VALUED: dict[str, dict[object, str]] = {
    "EIN": {1: "ein eine einen einem einer nem ner 'nem"},
    "RELDAY": {
        0: "heute heut heit hüt heutige heutigen",
        2: "übermorgen übermorgn übamorgen übermorge",
        3: "überübermorgen",
        -1: "gestern gestan",
        -2: "vorgestern",
    },
    "MORGEN": {1: "morgen morgn moang moing morn mornigen morgigen morgige moin_moin"},
    "WEEKDAY": {
        0: "montag montags montages mondag mäntig mo.",
        1: "dienstag dienstags dienstages dinstag dienstach ziischtig zischtig ziestig di.",
        2: "mittwoch mittwochs mitwoch mittwoche mittwuch mi. mittwochen",
        3: "donnerstag donnerstags donnerstages donerstag donnersdag donnerstach dunnschtig dunschtig do. pfinztag",
        4: "freitag freitags freitages fraitag freidag friitig frittig fr.",
        5: "samstag samstags samstages sonnabend sonnabends samsdag samschtig sa. sonnobend",
        6: "sonntag sonntags sonntages sontag sonndag sunntig so.",
    },
    "MONTH": {
        1: "januar jänner jan jän januars jenner januer",
        2: "februar feber feb februars febuar",
        3: "märz mrz maerz mär märzen",
        4: "april apr aprils",
        5: "mai mais",
        6: "juni jun juno junis",
        7: "juli jul julei julis",
        8: "august aug augusts",
        9: "september sep sept septembers",
        10: "oktober okt october oktobers",
        11: "november nov novembers",
        12: "dezember dez december dec dezembers",
    },
    "POD": {
        Part.EARLY: "früh frühmorgens morgens fruah frühs frü morgends",
        Part.FORENOON: "vormittag vormittags vormittage vormittagszeit voamittag vormittach",
        Part.NOON: "mittag mittags mittagszeit zmittag mittagspause mittach mittagsstunde",
        Part.AFTERNOON: "nachmittag nachmittags nachmittage namittag nomittag nochmittog nachmittach nachmittagszeit",
        Part.EVENING: "abend abends aubend obend feierabendzeit zabig",
        Part.NIGHT: "nacht nachts",
        Part.LATE_EVENING: "spätabends spätabend",
        Part.LATE_AFTERNOON: "spätnachmittags spätnachmittag",
        Part.EARLY_AFTERNOON: "frühnachmittag",
        Part.LATE_FORENOON: "spätvormittag",
        Part.EARLY_EVENING: "vorabend",
    },
    "EARLY": {True: "frühe frühen früher frühem frühes zeitig zeitigen"},
    "LATE": {True: "späten spät spätem später_ späte"},
    "MIDNIGHT": {True: "mitternacht mitternachts"},
    "CLOSING": {True: "feierabend dienstschluss büroschluss arbeitsende"},
    "MOD": {
        "this": "dieser diese diesen diesem dieses d heutiger",
        "coming": "kommende kommender kommenden kommendem kommendes kommend",
        "next": "nächste nächster nächsten nächstem nächstes nächst folgende folgenden folgender nächschte nächschti nächsde",
        "overnext": "übernächste übernächster übernächsten übernächstem übernächstes übernächst überübernächsten",
        "last": "letzte letzter letzten letztem letztes vergangene vergangenen vergangener vergangenes vergangenem vorige vorigen voriger voriges vorherigen",
    },
    "PART": {"start": "anfang anfangs beginn", "middle": "mitte", "end": "ende"},
    "HALFPART": {
        "first_half": "",
    },
    "MINUTE": {"minute": "minute minuten min minütchen minuden"},
    "HOUR": {"hour": "stunde stunden std stündchen"},
    "DAYS": {"day": "tag tage tagen tg tages tags"},
    "WEEKS": {"week": "woche wochen wo wochn wuchn wuche"},
    "MONTHS": {"month": "monat monate monaten monats"},
    "YEARS": {"year": "jahr jahre jahren jahres"},
    "HEUER": {0: "heuer heurigen heurige"},
    "WEEKEND": {True: "wochenende wochenend we wochenendes weekend wochenends"},
    "FEAST": {
        "new_year": "neujahr neujahrstag neujahrestag",
        "berchtold": "berchtoldstag bärzelistag",
        "epiphany": "dreikönig dreikönige dreikönigstag epiphanias",
        "candlemas": "lichtmess mariälichtmess",
        "valentine": "valentinstag valentin",
        "womens_day": "frauentag weltfrauentag",
        "st_joseph": "josefi josefstag josefitag",
        "womens_carnival": "weiberfastnacht weiberfasching altweiberfastnacht altweiber",
        "carnival_saturday": "fastnachtssamstag faschingssamstag karnevalssamstag nelkensamstag",
        "carnival_sunday": "fastnachtssonntag faschingssonntag karnevalssonntag karneval tulpensonntag",
        "carnival_monday": "rosenmontag fastnachtsmontag faschingsmontag",
        "carnival_tuesday": "faschingsdienstag fastnachtsdienstag karnevalsdienstag fastnacht fasching fasnacht veilchendienstag fasnachtsdienstag",
        "ash_wednesday": "aschermittwoch",
        "palm_sunday": "palmsonntag palmensonntag",
        "maundy_thursday": "gründonnerstag",
        "good_friday": "karfreitag",
        "holy_saturday": "karsamstag ostersamstag",
        "easter_sunday": "ostersonntag",
        "easter": "ostern osterfest osterfeiertage osterfeiertagen osterwochenende",
        "easter_monday": "ostermontag",
        "easter_tuesday": "osterdienstag",
        "labour_day": "maifeiertag",
        "mothers_day": "muttertag",
        "ascension": "himmelfahrt himmelfahrtstag christihimmelfahrt auffahrt vatertag herrentag männertag",
        "whit_saturday": "pfingstsamstag",
        "whit_sunday": "pfingstsonntag",
        "whitsun": "pfingsten pfingstfest pfingstfeiertage pfingstfeiertagen",
        "whit_monday": "pfingstmontag",
        "whit_tuesday": "pfingstdienstag",
        "corpus_christi": "fronleichnam fronleichnahm",
        "trinity": "trinitatis dreifaltigkeitssonntag",
        "st_john": "johannistag johanni",
        "swiss_national_day": "bundesfeier bundesfeiertag",
        "peace_of_augsburg": "friedensfest",
        "assumption": "mariähimmelfahrt",
        "childrens_day": "weltkindertag kindertag",
        "harvest": "erntedank erntedankfest erntedanksonntag",
        "german_unity": "einheitstag",
        "national_day": "nationalfeiertag",
        "reformation": "reformationstag reformationsfest",
        "halloween": "halloween",
        "all_saints": "allerheiligen",
        "all_souls": "allerseelen",
        "st_martin": "martinstag martini martinsfest sanktmartin",
        "st_leopold": "leopoldi",
        "mourning": "volkstrauertag",
        "repentance": "bettag bußtag",
        "eternity_sunday": "totensonntag ewigkeitssonntag",
        "st_barbara": "barbaratag",
        "st_nicholas": "nikolaus nikolaustag nikolo nikolausi niklaus samichlaus nikolausabend",
        "christmas_eve": "heiligabend heiligabends heiligerabend weihnachtsabend",
        "christmas": "weihnachten weihnacht weihnachtsfest weihnachtstage weihnachtsfeiertage weihnachtsfeiertagen weihnachtstagen",
        "christmas_day": "christtag",
        "boxing_day": "stefanitag stephanitag stephanstag stefanstag stefani",
        "new_years_eve": "silvester sylvester altjahrstag silvestertag silvesterabend altjahresabend",
    },
    "ADVENT": {True: "advent adventsonntag adventssonntag"},
    "CHRISTMAS_DAY": {True: "weihnachtstag weihnachtsfeiertag"},
    "EASTER_DAY": {True: "osterfeiertag"},
    "WHIT_DAY": {True: "pfingstfeiertag"},
    "SEASON": {},
    "AMPM": {"am": "a.m", "pm": "pm p.m nachm"},
    "MEAL": {Part.NOON: "mittagessen", Part.EARLY: "frühstück", Part.EVENING: "abendessen abendbrot"},
    "WORK": {True: "arbeit schule büro"},
}

PHRASES: dict[str, tuple[str, object]] = {
    "heilige drei könige": ("FEAST", "epiphany"),
    "heiligen drei königen": ("FEAST", "epiphany"),
    "heilig drei könig": ("FEAST", "epiphany"),
    "heilig abend": ("FEAST", "christmas_eve"),
    "heiliger abend": ("FEAST", "christmas_eve"),
    "heiligen abend": ("FEAST", "christmas_eve"),
    "heilig abends": ("FEAST", "christmas_eve"),
    "buß und bettag": ("FEAST", "repentance"),
    "buß- und bettag": ("FEAST", "repentance"),
    "buß - und bettag": ("FEAST", "repentance"),
    "buß und bet tag": ("FEAST", "repentance"),
    "buße und bettag": ("FEAST", "repentance"),
    "schweizer buß - und bettag": ("FEAST", "swiss_prayer_day"),
    "eidgenössischer bettag": ("FEAST", "swiss_prayer_day"),
    "eidgenössischen bettag": ("FEAST", "swiss_prayer_day"),
    "tag der deutschen einheit": ("FEAST", "german_unity"),
    "tag der einheit": ("FEAST", "german_unity"),
    "tag der arbeit": ("FEAST", "labour_day"),
    "christi himmelfahrt": ("FEAST", "ascension"),
    "mariä himmelfahrt": ("FEAST", "assumption"),
    "maria himmelfahrt": ("FEAST", "assumption"),
    "mariä empfängnis": ("FEAST", "immaculate_conception"),
    "maria empfängnis": ("FEAST", "immaculate_conception"),
    "mariä lichtmess": ("FEAST", "candlemas"),
    "peter und paul": ("FEAST", "peter_and_paul"),
    "sankt martin": ("FEAST", "st_martin"),
    "st martin": ("FEAST", "st_martin"),
    "sankt nikolaus": ("FEAST", "st_nicholas"),
    "weißer sonntag": ("FEAST", "white_sunday"),
    "weißen sonntag": ("FEAST", "white_sunday"),
    "fetter donnerstag": ("FEAST", "womens_carnival"),
    "schmutziger donnerstag": ("FEAST", "womens_carnival"),
    "schmotziger donnerstag": ("FEAST", "womens_carnival"),
    "weiber fastnacht": ("FEAST", "womens_carnival"),
    "zwischen den jahren": ("BETWEEN_YEARS", None),
    "zwischen den feiertagen": ("BETWEEN_YEARS", None),
    "in der früh": ("POD", Part.EARLY),
    "in der fruah": ("POD", Part.EARLY),
    "auf d nacht": ("POD", Part.EVENING),
    "auf die nacht": ("POD", Part.EVENING),
    "auf d'nacht": ("POD", Part.EVENING),
    "auf'd nacht": ("POD", Part.EVENING),
    "aufd nacht": ("POD", Part.EVENING),
    "z'mittag": ("POD", Part.NOON),
    "z mittag": ("POD", Part.NOON),
    "zu mittag": ("POD", Part.NOON),
    "über mittag": ("POD", Part.NOON),
    "am abend": ("POD", Part.EVENING),
    "in der nacht": ("POD", Part.NIGHT),
    "bei nacht": ("POD", Part.NIGHT),
    "früh am morgen": ("POD", Part.EARLY),
    "früh morgens": ("POD", Part.EARLY),
    "morgens früh": ("POD", Part.EARLY),
    "früh am vormittag": ("POD", Part.EARLY_FORENOON),
    "früh am nachmittag": ("POD", Part.EARLY_AFTERNOON),
    "früh am abend": ("POD", Part.EARLY_EVENING),
    "spät am vormittag": ("POD", Part.LATE_FORENOON),
    "spät am nachmittag": ("POD", Part.LATE_AFTERNOON),
    "spät am abend": ("POD", Part.LATE_EVENING),
    "spät abends": ("POD", Part.LATE_EVENING),
    "drei viertel": ("dreiviertel", None),
    "eine viertel stunde": ("SPELL", 15),
    "eine dreiviertel stunde": ("SPELL", 45),
    "einer viertel stunde": ("SPELL", 15),
    "einer viertelstunde": ("SPELL", 15),
    "einer halben stunde": ("SPELL", 30),
    "eine halbe stunde": ("SPELL", 30),
    "einer dreiviertelstunde": ("SPELL", 45),
    "einer dreiviertel stunde": ("SPELL", 45),
    "anderthalb stunden": ("SPELL", 90),
    "eineinhalb stunden": ("SPELL", 90),
    "zwei ein halb stunden": ("SPELL", 150),
    "zweieinhalb stunden": ("SPELL", 150),
    "einem halben jahr": ("HALFYEAR", 6),
    "unter der woche": ("arbeitswoche", None),
    "auf keinen fall": ("nicht", None),
    "auf gar keinen fall": ("nicht", None),
    "ich meine": ("nein", None),
    "ich meinte": ("nein", None),
    "mein ich": ("nein", None),
    "meine ich": ("nein", None),
    "meinte ich": ("nein", None),
    "ich mein": ("nein", None),
    "besser gesagt": ("nein", None),
    "oder nein": ("nein", None),
    "oder besser": ("nein", None),
    "oder lieber": ("nein", None),
    "oder doch": ("nein", None),
    "doch lieber": ("nein", None),
    "dann lieber": ("nein", None),
    "dann doch": ("nein", None),
    "ach nein": ("nein", None),
    "ach was": ("nein", None),
    "ach ne": ("nein", None),
    "nein doch": ("nein", None),
    "nicht doch": ("nein", None),
    "will sagen": ("nein", None),
    "das heißt": ("nein", None),
    "um gottes willen": ("filler", None),
    "bis auf": ("ausser", None),
    "bis dann": ("filler", None),
    "bis bald": ("filler", None),
    "egal wann": ("filler", None),
    "auf wiederhören": ("filler", None),
    "auf wiedersehen": ("filler", None),
    "von mir aus": ("filler", None),
    "vor allem": ("filler", None),
    "um die": ("circa", None),
    "um den dreh": ("herum", None),
    "so um": ("um", None),
    "guten tag": ("GREETING", None),
    "grüß gott": ("GREETING", None),
    "frei tag": ("WEEKDAY", 4),
    "mit woch": ("WEEKDAY", 2),
    "son tag": ("WEEKDAY", 6),
    "frei tags": ("WEEKDAY", 4),
    "nach dem nächsten": ("AFTERNEXT", None),
}

JOINED = ("über morgen", "vor mittag", "nach mittag", "vor mittags", "nach mittags", "wochen ende", "sonn abend", "über nächste", "über nächsten", "halb jahr", "sonn tag", "fünf zehn uhr")

SPLITTABLE = ("NUM", "uhr", "halb", "viertel", "dreiviertel", "vor", "nach", "WEEKDAY", "POD", "MORGEN", "RELDAY", "MOD", "WEEKS", "MONTH", "MONTHS", "FEAST", "um", "ab", "HOUR", "und", "ORD", "termin", "MINUTE", "gegen", "EARLY", "bis", "CLOSING", "WEEKEND", "ADVENT")
GUESSABLE = ("WEEKDAY", "MONTH", "RELDAY", "POD", "MOD", "FEAST", "NUM", "ORD", "dreiviertel", "WEEKEND", "uhr", "zwischen", "viertel")
NEVER_GUESSED = (
    "inzwischen dazwischen vorab montage dienste diensten samstage freitage mittage abende nachher vorher vorbei nachbar "
    "umgehend abgeben ersten_ ernsten fernsehen sommer sonnig nachtrag mittwochabende vordere machten mittels dritter_ sonntagen "
    "freitagen montagen ostens letztes_ morgan norden worden sorgen borgen besorgen organ morden augustin augusta marta martina nachten "
    "monatlich vormerken vergangenheit halber unten dreien zweien weihnachtlich haben umbau abbau"
)


def _lexicon() -> Lexicon:
    return Lexicon(
        LexiconTables(
            words=WORDS,
            valued=VALUED,
            phrases=PHRASES,
            numbers=_cardinals(),
            ordinals=_ordinals(),
            joined=JOINED,
            splittable=SPLITTABLE,
            guessable=GUESSABLE,
            never_guessed=NEVER_GUESSED,
        )
    )


LEXICON = _lexicon()
