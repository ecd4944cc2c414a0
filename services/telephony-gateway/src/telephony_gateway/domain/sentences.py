"""Every sentence that the gateway can say, in German and English. Nothing else is ever spoken (SE-04, TG-25)."""

import enum


class Sentence(enum.Enum):
    """German and English; the braces are filled by the use cases."""

    AVAILABLE = ("Ja, {when} ist frei.", "Yes, {when} is free.")
    CHOICES = (
        "Ich kann Ihnen {choices} anbieten. Was passt Ihnen?",
        "I can offer you {choices}. Which one suits you?",
    )
    ALTERNATIVES = (
        "{wish} ist leider nicht frei. Ich kann Ihnen {choices} anbieten. Was passt Ihnen?",
        "I am afraid {wish} is not free. I can offer you {choices}. Which one suits you?",
    )
    NOT_HELD = (
        "Ich kann die Zeit gerade nicht reservieren, bitte entscheiden Sie sich gleich.",
        "I cannot reserve the time just now, so please decide soon.",
    )
    UNAVAILABLE = (
        "Leider ist da nichts frei. Möchten Sie einen anderen Tag versuchen?",
        "I am afraid nothing is free then. Would you like to try another day?",
    )
    HOLDING_TOO_MUCH = (
        "Es sind schon mehrere Zeiten für Sie vorgemerkt. Bitte entscheiden Sie sich zuerst für eine davon.",
        "Several times are being kept for you already. Please decide on one of them first.",
    )
    CLOSED = (
        "Dafür ist dann leider niemand da. An welchem anderen Tag passt es Ihnen?",
        "I am afraid nobody is in for that then. Which other day would suit you?",
    )
    CLOSED_CHOICES = (
        "Dafür ist dann leider niemand da. Ich kann Ihnen {choices} anbieten. Was passt Ihnen?",
        "I am afraid nobody is in for that then. I can offer you {choices}. Which one suits you?",
    )
    TOO_SOON = (
        "Das ist leider zu kurzfristig, wir brauchen mindestens {minutes} Minuten Vorlauf. Wann passt es Ihnen sonst?",
        "That is too soon, I am afraid: we need at least {minutes} minutes' notice. When else would suit you?",
    )
    TOO_SOON_CHOICES = (
        "Das ist leider zu kurzfristig. Ich kann Ihnen {choices} anbieten. Was passt Ihnen?",
        "That is too soon, I am afraid. I can offer you {choices}. Which one suits you?",
    )
    TOO_FAR = (
        "So weit im Voraus vergeben wir noch keine Termine, nur bis zu {days} Tage. Wann passt es Ihnen vorher?",
        "We do not book that far ahead, only up to {days} days. When would suit you before that?",
    )
    PAST = (
        "Diese Zeit ist schon vorbei. Wann passt es Ihnen sonst?",
        "That time has passed already. When else would suit you?",
    )
    NEED_DATE = ("An welchem Tag hätten Sie gern den Termin?", "Which day would you like?")
    NEED_TIME = ("Um wie viel Uhr passt es Ihnen {day}?", "What time would suit you {day}?")
    ON_DAY = ("am {day}", "on {day}")
    NEED_TIME_OPEN = ("Um wie viel Uhr passt es Ihnen?", "What time would suit you?")
    IMPOSSIBLE = (
        "Dieses Datum oder diese Uhrzeit gibt es nicht. Welchen Tag und welche Uhrzeit meinen Sie?",
        "There is no such date or time. Which day and time do you mean?",
    )
    AMBIGUOUS = ("Meinen Sie {choices}?", "Do you mean {choices}?")
    NEED_SERVICE = (
        "Welche Leistung möchten Sie? Wir bieten zum Beispiel {services}.",
        "Which service would you like? We offer {services}, for example.",
    )
    UNKNOWN_SERVICE = (
        "Diese Leistung haben wir leider nicht. Wir bieten zum Beispiel {services}.",
        "I am afraid we do not offer that. We offer {services}, for example.",
    )
    UNKNOWN_PERSON = (
        "Diesen Namen kenne ich bei uns nicht. Möchten Sie zu {people}, oder ist es Ihnen gleich?",
        "I do not know that name here. Would you like {people}, or does it not matter?",
    )
    PERSON_CANNOT = (
        "{person} bietet {service} nicht an. Möchten Sie zu {people}, oder ist es Ihnen gleich?",
        "{person} does not offer {service}. Would you like {people}, or does it not matter?",
    )
    NOBODY_CAN = (
        "{service} können wir am Telefon gerade nicht vergeben. Soll sich jemand bei Ihnen melden?",
        "We cannot book {service} on the phone just now. Shall somebody call you back?",
    )
    SERVICES = ("Wir bieten {services}.", "We offer {services}.")
    GREETING = (
        "Sie sprechen mit {business}. Heute ist {today}, {opening}.",
        "This is {business}. Today is {today}, {opening}.",
    )
    OPEN_TODAY = ("geöffnet ist {hours}", "open {hours}")
    CLOSED_TODAY = ("heute ist geschlossen", "closed today")
    SPAN = ("von {start} bis {end}", "from {start} to {end}")
    BOOKED = (
        "Ihr Termin ist gebucht: {service} am {when} bei {person}.",
        "Your appointment is booked: {service} on {when} with {person}.",
    )
    TAKEN = (
        "Diese Zeit ist leider gerade vergeben worden. Soll ich nach einer anderen schauen?",
        "I am afraid that time has just been taken. Shall I look for another one?",
    )
    TAKEN_CHOICES = (
        "Diese Zeit ist leider gerade vergeben worden. Ich kann Ihnen {choices} anbieten. Was passt Ihnen?",
        "I am afraid that time has just been taken. I can offer you {choices}. Which one suits you?",
    )
    NEED_NAME = ("Auf welchen Namen darf ich den Termin eintragen?", "Under which name shall I book it?")
    NEED_OPTION = (
        "Welche der angebotenen Zeiten möchten Sie nehmen?",
        "Which of the times that I offered would you like?",
    )
    OPTION_GONE = (
        "Dieses Angebot gilt nicht mehr. Welchen Tag und welche Uhrzeit darf ich noch einmal prüfen?",
        "That offer no longer stands. Which day and time shall I check again?",
    )
    PENDING = (
        "Das dauert gerade etwas länger. Einen Moment bitte, der Termin ist noch nicht bestätigt.",
        "This is taking a little longer. One moment please, the appointment is not confirmed yet.",
    )
    SLOW = (
        "Ich bekomme gerade keine schnelle Antwort aus dem Kalender. Soll ich es noch einmal versuchen?",
        "The calendar is slow to answer just now. Shall I try again?",
    )
    TROUBLE = (
        "Ich komme gerade nicht an den Kalender. Bitte versuchen Sie es in ein paar Minuten noch einmal.",
        "I cannot reach the calendar just now. Please try again in a few minutes.",
    )
    UNKNOWN_BUSINESS = (
        "Diese Nummer kann ich leider keinem Betrieb zuordnen. Bitte rufen Sie später noch einmal an.",
        "I am afraid this number belongs to no business that I know. Please call again later.",
    )
    NOT_UNDERSTOOD = (
        "Das habe ich technisch nicht verstanden. Können Sie es bitte noch einmal sagen?",
        "I could not take that in. Could you say it again, please?",
    )
    CANNOT_DO = (
        "Das kann ich am Telefon leider nicht erledigen. Kann ich Ihnen bei einem Termin helfen?",
        "I am afraid I cannot do that on the phone. May I help you with an appointment?",
    )
    OR = ("{first} oder {last}", "{first} or {last}")
    AND = ("{first} und {last}", "{first} and {last}")
    WITH = ("{when} bei {person}", "{when} with {person}")

    def say(self, language: str, **values: str) -> str:
        """The sentence in a language (BCP 47; whatever is not German gets English), with its gaps filled."""
        german, english = self.value
        return (german if is_german(language) else english).format(**values)


def is_german(language: str) -> bool:
    """Whether calls in this language are answered in German."""
    return language.lower().startswith("de")


def listing(items: list[str], language: str, *, last: Sentence) -> str:
    """ "a, b oder c"; one item stands alone."""
    if len(items) < 2:
        return "".join(items)
    return last.say(language, first=", ".join(items[:-1]), last=items[-1])
