"""German words by kind, Austrian and Swiss ones among them, and what recognition makes of them.

`WORDS` are words whose kind is all that counts; `VALUED` have a value. Fillers are left out before any rule sees them.
"""

from __future__ import annotations

from telephony_gateway.language.clock import Part
from telephony_gateway.language.phrases_de import FEASTS

VALUED` have a value; `PHRASES` are several words that count as one.
Fillers are left out before any rule sees them.
"""

from __future__ import annotations

from telephony_gateway.language.clock import Part
from telephony_gateway.language.lexicon import Lexicon, LexiconTables

_UNITS = [
    "null",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
]
_UNITS += ["achtzehn", "neunzehn"]
_TENS = {
    20: "zwanzig",
    30: "dreißig",
    40: "vierzig",
    50: "fünfzig",
    60: "sechzig",
    70: "siebzig",
    80: "achtzig",
    90: "neunzig",
}
_JOINED_UNITS = ["", "ein", *_UNITS[2:10]]


def _cardinals() -> dict[str, int]:
    words = {word: value for value, word in enumerate(_UNITS)}
    for ten, word in _TENS.items():
        words[word] = ten
        words |= {f"{_JOINED_UNITS[unit]}und{word}": ten + unit for unit in range(1, 10)}
    words |= {
        "zwo": 2,
        "sechszehn": 16,
        "siebenzehn": 17,
        "fuffzehn": 15,
        "fuffzig": 50,
        "zwoundzwanzig": 22,
        "sex": 6,
    }
    # "um viere", "um achte": the hours of the south.
    words |= {f"{_UNITS[hour]}e": hour for hour in (2, 3, 4, 5, 6, 8, 9, 10, 11, 12)} | {
        "siebene": 7,
        "simme": 7,
    }
    words |= {
        "drü": 3,
        "vieri": 4,
        "füfi": 5,
        "föifi": 5,
        "sächsi": 6,
        "sibni": 7,
        "achti": 8,
        "nüni": 9,
        "zähni": 10,
        "elfi": 11,
        "zwölfi": 12,
    }
    words |= {
        "dreissich": 30,
        "dreissisch": 30,
        "zwanzich": 20,
        "zwanzisch": 20,
        "vierzich": 40,
        "fünfzich": 50,
    }
    return words


def _ordinals() -> dict[str, int]:
    stems = {"erst": 1, "zweit": 2, "zwot": 2, "dritt": 3, "siebt": 7, "siebent": 7, "acht": 8}
    stems |= {f"{_UNITS[day]}t": day for day in (4, 5, 6, 9, *range(10, 20))}
    stems |= {f"{word}st": value for word, value in _cardinals().items() if 20 <= value <= 39}
    # "achte" is eight o'clock in the south and the eighth elsewhere: the ordinal where an ending shows it.
    return {
        stem + ending: value
        for stem, value in stems.items()
        for ending in ("e", "er", "en", "em", "es")
        if stem + ending != "achte"
    }


def _years() -> dict[str, int]:
    below_hundred = {value: word for word, value in reversed(_cardinals().items())}
    years = {f"zweitausend{word}": 2000 + value for value, word in below_hundred.items() if value}
    years |= {f"zweitausendund{word}": 2000 + value for value, word in below_hundred.items() if value}
    return years | {"zweitausend": 2000}


WORDS = {
    "filler": (
        "ähm äh öh ehm hm hmm mhm ah oh na nun ja jo jawohl okay ok gut genau also halt eben so mal eigentlich vielleicht eventuell evtl "
        "bitte danke gern gerne wohl einfach irgendwie irgendwann sagen sag sagt wir mir's würd bloß jetzt dann da dort hier ganz recht schon noch auch gleich "
        "quasi sozusagen ungefähre wieder denn ebenfalls natürlich idealerweise möglichst tja gell gelle woll eh fei "
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
    "sondern": "sondern",
    "aber": "aber jedoch",
    "nein": "nein nee nö quatsch sorry entschuldigung verzeihung pardon stopp stop moment falsch korrektur korrigiere vielmehr blödsinn schmarrn naa",
    "lieber": "lieber besser eher",
    "statt": "statt anstatt anstelle",
    "ausser": "außer ausgenommen",
    "freitermin": "freien freie freier frei freies",
    "termin": "termin termine terminen terminchen slot möglichkeit",
    "konnte": "kann geht passt können klappt könnte ginge möchte will bin habe hab haben ist wär wäre wird würde muss soll sind",
    "title": "herr herrn frau familie fräulein doktor dr professor prof hr",
    "name": "heiße heiss name namen namens nachname vorname nachnamen heißt",
    "guten": "guten gute gutn schönen schönes schöne guads guada",
    "move": "verschieben verlegen umbuchen verschoben verlegt umlegen vorverlegen verschiebe verlege schieben",
    "drauf": "drauf darauf danach",
    "haelfte": "hälfte",
    "feiertag": "feiertag feiertage feiertagen",
    "busy": "arbeite arbeiten schaffe schaffen verhindert ausgebucht",
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
    "MORGEN": {1: "morgen morge morgn moang moing morn mornigen morgigen morgige"},
    "WEEKDAY": {
        0: "montag montags montages mondag montach mondach mäntig",
        1: "dienstag dienstags dienstages dinstag dienstach ziischtig zischtig ziestig",
        2: "mittwoch mittwochs mitwoch mittwoche mittwuch mittwochen",
        3: "donnerstag donnerstags donnerstages donerstag donnersdag donnerstach dunnschtig dunschtig pfinztag",
        4: "freitag freitags freitages fraitag freidag freitach freidach friitig frittig",
        5: "samstag samstags samstages sonnabend sonnabends samsdag samstach samschtig sonnobend",
        6: "sonntag sonntags sonntages sontag sonndag sonntach sunntig",
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
    "LATE": {True: "späten spät spätem späte"},
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
    "MINUTE": {"minute": "minute minuten min minütchen minuden"},
    "HOUR": {"hour": "stunde stunden std stündchen"},
    "DAYS": {"day": "tag tage tagen tg tages tags"},
    "WEEKS": {"week": "woche wochen wo wochn wuchn wuche"},
    "MONTHS": {"month": "monat monate monaten monats"},
    "YEARS": {"year": "jahr jahre jahren jahres"},
    "HEUER": {0: "heuer heurigen heurige"},
    "WEEKEND": {True: "wochenende wochenend we wochenendes weekend wochenends"},
    "FEAST": FEASTS,
    "ADVENT": {True: "advent adventsonntag adventssonntag"},
    "CHRISTMAS_DAY": {True: "weihnachtstag weihnachtsfeiertag"},
    "EASTER_DAY": {True: "osterfeiertag"},
    "WHIT_DAY": {True: "pfingstfeiertag"},
    "AMPM": {"am": "a.m", "pm": "pm p.m nachm"},
    "MEAL": {Part.NOON: "mittagessen", Part.EARLY: "frühstück", Part.EVENING: "abendessen abendbrot"},
    "WEEKPART": {"start": "wochenanfang wochenbeginn", "middle": "wochenmitte", "end": "wochenschluss"},
    "MONTHPART": {
        "start": "monatsanfang monatsbeginn monatsersten",
        "middle": "monatsmitte",
        "end": "monatsende monatsletzten",
    },
    "YEARPART": {"start": "jahresanfang jahresbeginn", "end": "jahresende"},
    "SOON": {"soon": "schnellstmöglich baldmöglichst frühestmöglich ehestmöglich schnellstens baldigst"},
    "WORK": {True: "arbeit schule büro"},
}

