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
        "Ihr Termin ist gebucht: {item}.",
        "Your appointment is booked: {item}.",
    )
    TAKEN = (
        "Diese Zeit ist leider gerade vergeben worden. Soll ich nach einer anderen schauen?",
        "I am afraid that time has just been taken. Shall I look for another one?",
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
    MORE_UNAVAILABLE = (
        "Mehr freie Zeiten finde ich da leider nicht. Möchten Sie einen anderen Tag versuchen?",
        "I cannot find any more free times there. Would you like to try another day?",
    )
    WAS_FOR_A_MOVE = (
        "Diese Zeit war für das Verschieben Ihres Termins gedacht. Soll ich ihn dorthin verschieben?",
        "That time was meant for moving your appointment. Shall I move it there?",
    )
    ITEM = ("{service} am {when} bei {person}", "{service} on {when} with {person}")
    ITEM_PLAIN = ("{service} am {when}", "{service} on {when}")
    ONE_APPOINTMENT = ("Sie haben einen Termin: {items}.", "You have one appointment: {items}.")
    APPOINTMENTS = ("Sie haben diese Termine: {items}.", "You have these appointments: {items}.")
    AND_MORE = (
        "Danach kommen noch {count}. Nennen Sie mir gern einen Tag.",
        "After these there are {count} more. You may name a day.",
    )
    NO_APPOINTMENTS = (
        "Unter Ihrer Nummer finde ich keinen kommenden Termin. Kann ich sonst etwas für Sie tun?",
        "I find no coming appointment under your number. Is there anything else I can do?",
    )
    NONE_ON_THAT_DAY = (
        "Dazu finde ich keinen kommenden Termin von Ihnen. Meinen Sie einen anderen Tag?",
        "I find no coming appointment of yours there. Do you mean another day?",
    )
    NUMBER_WITHHELD = (
        "Ihre Nummer ist unterdrückt, deshalb sehe ich nur Termine aus diesem Gespräch. Soll sich jemand bei Ihnen melden?",
        "Your number is withheld, so I only see appointments from this call. Shall somebody call you back?",
    )
    CANCELLED = ("Ihr Termin ist abgesagt: {item}.", "Your appointment is cancelled: {item}.")
    ALREADY_CANCELLED = (
        "Dieser Termin ist schon abgesagt: {item}.",
        "That appointment is cancelled already: {item}.",
    )
    FEE = ("Dafür werden {fee} fällig.", "A fee of {fee} is due.")
    WHICH_APPOINTMENT = ("Welchen Termin meinen Sie: {items}?", "Which appointment do you mean: {items}?")
    NONE_LIKE_THAT = (
        "So einen Termin finde ich nicht. Sie haben: {items}. Welchen meinen Sie?",
        "I find no such appointment. You have: {items}. Which one do you mean?",
    )
    NOT_YOURS = (
        "Diesen Termin kann ich nur ändern, wenn Sie von der Nummer anrufen, mit der er vereinbart wurde. Soll sich jemand bei Ihnen melden?",
        "I can only change that appointment if you call from the number it was made with. Shall somebody call you back?",
    )
    CANCEL_CUTOFF = (
        "Absagen kann ich am Telefon nur bis {limit} vor dem Termin. Soll sich jemand bei Ihnen melden?",
        "I can only cancel on the phone up to {limit} before the appointment. Shall somebody call you back?",
    )
    MOVE_CUTOFF = (
        "Verschieben kann ich am Telefon nur bis {limit} vor dem Termin. Soll sich jemand bei Ihnen melden?",
        "I can only move it on the phone up to {limit} before the appointment. Shall somebody call you back?",
    )
    MOVES_MAX = (
        "Ein Termin kann höchstens {limit} Mal verschoben werden, das ist schon geschehen. Soll sich jemand bei Ihnen melden?",
        "An appointment can be moved {limit} times at most, and it has been. Shall somebody call you back?",
    )
    CANCELLATIONS_MAX = (
        "In 30 Tagen sind am Telefon höchstens {limit} Absagen möglich. Soll sich jemand bei Ihnen melden?",
        "On the phone no more than {limit} appointments can be cancelled in 30 days. Shall somebody call you back?",
    )
    RULE_FORBIDS = (
        "Das lassen unsere Regeln am Telefon nicht zu. Soll sich jemand bei Ihnen melden?",
        "Our rules do not allow that on the phone. Shall somebody call you back?",
    )
    NO_LONGER_CHANGED = (
        "Dieser Termin lässt sich nicht mehr ändern. Soll sich jemand bei Ihnen melden?",
        "That appointment can no longer be changed. Shall somebody call you back?",
    )
    OFFERED_MOVE = (
        "Ich kann Ihren Termin auf {choices} verschieben. Was sagen Sie?",
        "I can move your appointment to {choices}. What do you say?",
    )
    OFFERED_OTHER_MOVE = (
        "{wish} ist leider nicht frei. Ich kann Ihren Termin auf {choices} verschieben. Was sagen Sie?",
        "I am afraid {wish} is not free. I can move your appointment to {choices}. What do you say?",
    )
    NEED_NEW_TIME = (
        "Auf welchen Tag und welche Uhrzeit möchten Sie den Termin verschieben?",
        "Which day and time would you like to move it to?",
    )
    MOVED = ("Ihr Termin ist verschoben, neu ist: {item}.", "Your appointment is moved, it now is: {item}.")
    MOVE_TAKEN = (
        "Diese Zeit ist leider gerade vergeben worden. Ihr bisheriger Termin bleibt. Soll ich nach einer anderen Zeit schauen?",
        "I am afraid that time has just been taken. Your appointment stays as it is. Shall I look for another time?",
    )
    MOVE_GONE = (
        "Dieses Angebot gilt nicht mehr, Ihr bisheriger Termin bleibt. Welchen Tag und welche Uhrzeit darf ich noch einmal prüfen?",
        "That offer no longer stands, and your appointment stays as it is. Which day and time shall I check again?",
    )
    UNCONFIRMED = (
        "Das dauert gerade etwas länger und ist noch nicht bestätigt. Einen Moment bitte, ich frage noch einmal nach.",
        "This is taking a little longer and is not confirmed yet. One moment please, I will ask again.",
    )
    CALLBACK_NOTED = (
        "Ihr Wunsch nach einem Rückruf ist notiert, vorgesehen bis {due}.",
        "Your wish to be called back is noted, planned by {due}.",
    )
    CALLBACK_WITHOUT_NUMBER = (
        "Ihr Anliegen ist notiert, aber ohne Nummer. Unter welcher Nummer erreicht man Sie?",
        "Your matter is noted, but without a number. Under which number can you be reached?",
    )
    WAITLIST_NOTED = (
        "Sie stehen jetzt auf der Warteliste für {service}, {window}.",
        "You are on the waiting list now for {service}, {window}.",
    )
    BETWEEN = ("zwischen {start} und {end}", "between {start} and {end}")
    NEED_PHONE = (
        "Für die Warteliste brauche ich eine Nummer. Unter welcher erreicht man Sie?",
        "For the waiting list I need a number. Under which one can you be reached?",
    )
    NEED_WAITING_NAME = (
        "Auf welchen Namen darf ich Sie auf die Warteliste setzen?",
        "Under which name shall I put you on the waiting list?",
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


def tongue(language: str) -> str:
    """ "de" or "en": which of the two a call in this language is answered in."""
    return "de" if is_german(language) else "en"


def listing(items: list[str], language: str, *, last: Sentence) -> str:
    """ "a, b oder c"; one item stands alone."""
    if len(items) < 2:
        return "".join(items)
    return last.say(language, first=", ".join(items[:-1]), last=items[-1])
