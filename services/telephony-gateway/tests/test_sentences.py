"""Every sentence, in every language, with whatever may come into its gaps."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from gateway_world import World, found, option
from hypothesis import given, settings
from hypothesis import strategies as st

from rufbuch.availability.v1 import service_pb2 as availability_pb2
from telephony_gateway.domain.sentence_texts import COUNT, LANGUAGES, PLACES, SCRIPTS, Text
from telephony_gateway.domain.sentences import IN_A_BREATH, Sentence, Voice, listing
from telephony_gateway.language.spoken import spoken_moment
from telephony_gateway.usecases.saying import spoken_length, spoken_money

BERLIN = ZoneInfo("Europe/Berlin")
_END = re.compile(r"[.!?…](?=\s|$)")
EACH = [(code, sentence) for code in LANGUAGES for sentence in Sentence]
FOLLOWERS = [name for name, place in SCRIPTS["de"].places.items() if place == "follows"]

words = st.sampled_from(
    ["Anna", "Dauerwelle", "Waschen & Styling", "Ansatz + Längenausgleich", "Salon am See"]
)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)).map(  # noqa: DTZ001 - the zone comes next
    lambda at: at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0, tzinfo=BERLIN)
)


def sentences_in(text: str) -> int:
    """Where one ends; the point of a date ("26. November") is no end."""
    return len(_END.findall(re.sub(r"(\d+)\. (?=[A-ZÄÖÜ][a-zäöüß]+(?:[, ]|$))", r"\1 ", text)))


def filled(code: str, sentence: Sentence, word: str, at: datetime, count: int) -> str:
    gaps = SCRIPTS[code].texts[sentence.name].gaps()
    moments = {"when", "wish", "day", "due", "start", "end", "window"}
    values = {gap: spoken_moment(at, language=code) if gap in moments else word for gap in gaps - {COUNT}}
    return sentence.say(code, **values, count=count)


@pytest.mark.parametrize(("code", "sentence"), EACH, ids=lambda it: getattr(it, "name", it))
@settings(max_examples=20)
@given(word=words, at=instants, count=st.integers(0, 1000))
def test_every_sentence_is_whole_and_short_whatever_is_in_its_gaps(
    code: str, sentence: Sentence, word: str, at: datetime, count: int
) -> None:
    """TG-25: a gap that was left open would be read out with its braces."""
    said = filled(code, sentence, word, at, count)
    assert not re.search(r"[{}]|None|\s\s|^\s|\s$|\s[.,?]", said), said
    place = SCRIPTS[code].places[sentence.name]
    if place == "parts":
        assert not re.search(r"[.!?]$", said)
    else:
        assert said[-1] in ".?!"
        assert sentences_in(said) <= PLACES[place], said
    assert len(said) <= 250


@pytest.mark.parametrize("code", LANGUAGES)
def test_an_answer_put_together_of_two_has_two_sentences(code: str) -> None:
    script = SCRIPTS[code]
    for name, place in script.places.items():
        for follower in FOLLOWERS:
            if place == "begins":
                assert sentences_in(f"{script.texts[name].other} {script.texts[follower].other}") == 2


@pytest.mark.parametrize("code", LANGUAGES)
def test_one_is_never_said_with_a_plural(code: str) -> None:
    for name, text in SCRIPTS[code].texts.items():
        assert "{count}" not in text.other or text.one, f"{name} says a number and has no form for one"
    assert "fällt 1 Euro an" in Sentence.FEE.say("de", count=1, fee="1 Euro")
    assert "fallen 2 Euro an" in Sentence.FEE.say("de", count=2, fee="2 Euro")
    assert "einmal verschoben" in Sentence.MOVES_MAX.say("de", count=1)
    assert "3 Mal verschoben" in Sentence.MOVES_MAX.say("de", count=3)


@pytest.mark.parametrize(
    ("minutes", "german", "english"),
    [(1, "eine Minute", "one minute"), (90, "90 Minuten", "90 minutes"), (60, "eine Stunde", "one hour"),
     (1440, "24 Stunden", "24 hours"), (2880, "2 Tage", "2 days")],
)  # fmt: skip
def test_lengths_agree_with_their_number(minutes: int, german: str, english: str) -> None:
    assert (spoken_length(minutes, "de"), spoken_length(minutes, "en")) == (german, english)


def test_money_agrees_with_its_number() -> None:
    said = [spoken_money(minor, "EUR", "de") for minor in (100, 1500, 1550, 1505, 50, 1)]
    assert said == ["1 Euro", "15 Euro", "15 Euro 50", "15 Euro 5", "50 Cent", "1 Cent"]
    assert spoken_money(1000, "CHF", "en") == "10 francs"
    assert spoken_money(50, "CHF", "de") == "50 Rappen"
    assert spoken_money(1000, "NOK", "de") == "10 NOK"


def test_a_list_ends_with_its_last_word() -> None:
    assert listing(["a", "b", "c"], "de", last=Sentence.OR) == "a, b oder c"
    assert listing(["a", "b"], "en", last=Sentence.AND) == "a and b"
    assert (listing(["a"], "de", last=Sentence.OR), listing([], "de", last=Sentence.OR)) == ("a", "")
    assert IN_A_BREATH == 3


class TestOwnSentences:
    GLADLY = Text("Sehr gern, {when} passt.")

    def test_a_business_says_it_in_its_own_way(self) -> None:
        voice = Voice("de-AT", {("de", "AVAILABLE"): self.GLADLY})
        assert Sentence.AVAILABLE.say(voice, when="Montag") == "Sehr gern, Montag passt."
        assert Sentence.PAST.say(voice).startswith("Diese Zeit ist schon vorbei.")

    def test_in_its_own_language_only(self) -> None:
        voice = Voice("de-AT", {("de", "AVAILABLE"): self.GLADLY}).speaking("en-GB")
        assert Sentence.AVAILABLE.say(voice, when="Monday") == "Yes, Monday is free."

    def test_one_that_no_longer_fits_gives_way_to_ours(self) -> None:
        """What is stored may be older than this build: a gap that nobody fills is not read out."""
        voice = Voice("de", {("de", "AVAILABLE"): Text("Gern, {person} hat {when} Zeit.")})
        assert Sentence.AVAILABLE.say(voice, when="Montag") == "Ja, Montag ist frei."

    async def test_the_caller_hears_it(self, world: World) -> None:
        own = {"name": "AVAILABLE", "language": "de", "text": "Sehr gern, {when} passt."}
        world.registry.business.sentences.add(**own)
        world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))
        wish = {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "15 Uhr", "staff": "Anna"}
        answer = await world.phone.function("check_availability", wish)
        assert answer["message"] == "Sehr gern, Mittwoch, der 25. November, 15 Uhr passt."

    def test_what_a_caller_says_is_no_template(self) -> None:
        said = Sentence.BOOKED.say("de", item="{count} {when.__class__}")
        assert said == "Ihr Termin ist gebucht: {count} {when.__class__}."


def test_a_day_of_another_year_is_said_with_it() -> None:
    voice = Voice("de").on(date(2026, 12, 30))
    tomorrow = datetime.combine(date(2026, 12, 31), time(9), tzinfo=BERLIN)
    said = [spoken_moment(tomorrow + timedelta(days=n), today=voice.today) for n in (0, 1)]
    assert said == ["Donnerstag, 31. Dezember, 9 Uhr", "Freitag, 1. Januar 2027, 9 Uhr"]
