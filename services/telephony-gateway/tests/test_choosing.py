"""Which of the offered times a caller means by her words; what may mean another one is asked about, never booked."""

import pytest
from gateway_world import ANNA, BRANCH, PERM, RefusalError, World, found, option

from chassis.errors import Kind
from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.staff.v1 import business_pb2

WISH = {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "15 Uhr"}
ALTERNATIVES = availability_pb2.SEARCH_OUTCOME_ALTERNATIVES
FIRST, SECOND, THIRD = "o-aaaa2345", "o-bbbb2345", "o-cccc2345"
ASKED = ""
ALIKE = (option(10, option_id=FIRST), option(15, option_id=SECOND), option(14, day=26, option_id=THIRD))
"""Wednesday 25 November 10:00 and 15:00, Thursday 14:00."""
EARLY = (option(10, day=2, month=12, option_id=FIRST), option(10, day=3, month=12, option_id=SECOND))


async def _chosen(world: World, offers: tuple[availability_pb2.Option, ...], **said: str) -> str:
    world.availability.answer = found(ALTERNATIVES, *offers)
    await world.phone.function("check_availability", WISH)
    answer = await world.phone.function("start_booking", {**said, "name": "Kim"})
    assert answer["status"] in {"booked", "need_option"}, answer
    return world.booking.requests[-1].option_id if answer["status"] == "booked" else ASKED


@pytest.mark.parametrize(
    ("said", "chosen"),
    [
        ("den ersten", FIRST),
        ("Option zwei", SECOND),
        ("Nummer eins", FIRST),
        ("Vorschlag 3", THIRD),
        ("die dritte Möglichkeit", THIRD),
        ("zweitens", SECOND),
        ("option one", FIRST),
        ("number two please", SECOND),
        ("I'd like the first slot", FIRST),
        ("den mittleren", SECOND),
        ("the last one", THIRD),
        ("ich nehme dann gern den letzten", THIRD),
        ("nicht den ersten, den zweiten", SECOND),
        ("den letzten nicht, lieber den ersten", FIRST),
        ("the first one, not the last", FIRST),
    ],
)
async def test_a_place_is_said_in_many_ways(world: World, said: str, chosen: str) -> None:
    assert await _chosen(world, ALIKE, option_id=said) == chosen


@pytest.mark.parametrize(
    "said",
    [
        "nicht den letzten",
        "das Letzte passt nicht",
        "den ersten lieber nicht",
        "den ersten beiden",
        "not the last one",
        "the last one doesn't work",
        "am letzten Mittwoch im Dezember",
        "last Friday",
        "mein letzter Termin war am Dienstag um neun",
        "den vierten",
        "ja",
        "Option 7",
    ],
)
async def test_what_is_denied_or_says_something_else_is_no_place(world: World, said: str) -> None:
    assert await _chosen(world, ALIKE, option_id=said) == ASKED


@pytest.mark.parametrize(
    ("said", "chosen"),
    [
        ({"option_id": "Mittwoch Nachmittag"}, SECOND),
        ({"option_id": "am Mittwoch nach zwölf"}, SECOND),
        ({"option_id": "Mittwoch Vormittag"}, FIRST),
        ({"option_id": "Wednesday afternoon", "language": "en"}, SECOND),
        ({"date": "Mittwoch", "time": "nachmittags"}, SECOND),
        ({"option_id": "vormittags"}, FIRST),
        ({"option_id": "zehn"}, FIRST),
        ({"time": "drei"}, SECOND),
        ({"option_id": "der am Donnerstag"}, THIRD),
        ({"option_id": "am Mittwoch"}, ASKED),
        ({"option_id": "Donnerstag Vormittag"}, ASKED),
        ({"date": "Donnerstag", "time": "vor zwölf"}, ASKED),
        ({"date": "zwischen Mittwoch und Donnerstag"}, ASKED),
        ({"option_id": "Mittwoch Abend"}, ASKED),
    ],
)
async def test_a_part_of_the_day_counts_as_much_as_the_day(
    world: World, said: dict[str, str], chosen: str
) -> None:
    """BK-12: "am Donnerstag Vormittag" is not the offer of Thursday 14:00."""
    assert await _chosen(world, ALIKE, **said) == chosen


@pytest.mark.parametrize(
    "said",
    [
        "ja", "ja bitte", "passt", "den nehme ich", "genau", "yes", "that works", "", "ja, sehr gerne", "Ja, das passt mir sehr gut",
        "klar, danke", "auf jeden Fall, gern", "natürlich, vielen Dank!", "yes, thank you very much", "of course, please",
        "let's do it, great", "wonderful, that works for me",
    ],
)  # fmt: skip
async def test_consent_is_for_the_only_one(world: World, said: str) -> None:
    assert await _chosen(world, ALIKE[:1], option_id=said) == FIRST


@pytest.mark.parametrize(
    "said",
    [
        "den",
        "ich",
        "so",
        "danke",
        "nein danke",
        "sehr",
        "das passt mir nicht",
        "thanks",
        "do",
        "no thank you",
        "Mittwoch früh um sieben",
        "Mittwoch ab vier",
        "am Mittwoch nach elf",
        "later",
    ],
)
async def test_other_words_are_no_consent_to_it(world: World, said: str) -> None:
    assert await _chosen(world, ALIKE[:1], option_id=said) == ASKED


@pytest.mark.parametrize(
    ("said", "chosen"),
    [
        ({"option_id": "den ersten", "date": "Donnerstag", "time": "14 Uhr"}, ASKED),
        ({"option_id": "den dritten", "date": "Donnerstag"}, THIRD),
        ({"option_id": "2", "date": "Mittwoch", "time": "10 Uhr"}, ASKED),
        ({"option_id": "2", "date": "wie besprochen"}, SECOND),
    ],
)
async def test_a_place_and_a_time_have_to_agree(world: World, said: dict[str, str], chosen: str) -> None:
    assert await _chosen(world, ALIKE, **said) == chosen


@pytest.mark.parametrize(
    ("said", "chosen"),
    [
        ("den zweiten", ASKED),
        ("den 2.", ASKED),
        ("Option 2", SECOND),
        ("den ersten", FIRST),
        ("am zweiten Dezember", FIRST),
    ],
)
async def test_a_place_that_is_also_the_day_of_another_one_is_asked_about(
    world: World, said: str, chosen: str
) -> None:
    assert await _chosen(world, EARLY, option_id=said) == chosen


@pytest.mark.parametrize(
    ("said", "chosen"),
    [("den späteren", SECOND), ("der frühere", FIRST), ("the later one", SECOND), ("später", ASKED)],
)
async def test_of_two_one_is_the_later(world: World, said: str, chosen: str) -> None:
    assert await _chosen(world, ALIKE[:2], option_id=said) == chosen


@pytest.mark.parametrize(
    ("said", "chosen"),
    [
        ({"service": "Herrenhaarschnitt"}, ASKED),
        ({"staff": "Ben"}, ASKED),
        ({"service": "Dauerwelle", "staff": "Anna"}, FIRST),
        ({"service": "irgendwas Schönes"}, FIRST),
        ({"staff": "egal"}, FIRST),
    ],
)
async def test_what_was_offered_is_not_booked_as_something_else(
    world: World, said: dict[str, str], chosen: str
) -> None:
    """TG-23: service and person that are said explicitly win."""
    world.registry.business.services.append(
        business_pb2.Service(
            service_id=ANNA,
            name="Herrenhaarschnitt",
            phases=world.registry.business.services[0].phases,
            currency="EUR",
        )
    )
    world.registry.business.people.add(
        person_id=PERM, name="Ben", branch_ids=[BRANCH], bookable_service_ids=[PERM, ANNA]
    )
    assert await _chosen(world, ALIKE[:1], **said) == chosen


@pytest.mark.parametrize(
    ("said", "chosen"),
    [
        ({"option_id": "den bei Ben"}, THIRD),
        ({"option_id": "lieber Ben"}, THIRD),
        ({"option_id": "zehn Uhr bei Ben"}, THIRD),
        ({"option_id": "zehn Uhr bei Anna"}, FIRST),
        ({"option_id": "den bei Anna"}, ASKED),
        ({"option_id": "nicht bei Ben"}, ASKED),
        ({"option_id": "fünfzehn Uhr bei Ben"}, ASKED),
        ({"option_id": "Freitag bei Ben"}, ASKED),
        ({"option_id": "den ersten bei Ben"}, ASKED),
        ({"option_id": "den dritten bei Ben"}, THIRD),
        ({"option_id": "den zweiten bei Anna"}, SECOND),
        ({"option_id": "bei Anna oder Ben"}, ASKED),
    ],
)
async def test_one_is_chosen_by_whom_it_is_with_where_only_one_is(
    world: World, said: dict[str, str], chosen: str
) -> None:
    """Ten and three with Anna, ten with Ben."""
    world.registry.business.people.add(
        person_id=PERM, name="Ben", branch_ids=[BRANCH], bookable_service_ids=[PERM]
    )
    with_ben = option(10, option_id=THIRD)
    with_ben.person_id = PERM
    assert await _chosen(world, (*ALIKE[:2], with_ben), **said) == chosen


async def test_a_day_is_no_stylist_of_that_name(world: World) -> None:
    world.registry.business.people.add(
        person_id=PERM, name="Eva Donnerstag", branch_ids=[BRANCH], bookable_service_ids=[PERM]
    )
    assert await _chosen(world, ALIKE, option_id="den am Donnerstag") == THIRD


@pytest.mark.parametrize(
    ("said", "chosen"),
    [
        ("die drei", ASKED),
        ("3", THIRD),
        ("I'll take the 3", ASKED),
        ("Option drei", THIRD),
        ("den dritten", THIRD),
        ("drei Uhr", FIRST),
        ("den zweiten", SECOND),
        ("den letzten", THIRD),
        ("the second is too late", ASKED),
        ("der zweite ist mir zu spät", ASKED),
        ("beim ersten hab ich Schule", ASKED),
    ],
)
async def test_a_place_that_is_also_the_hour_of_another_one_is_asked_about(
    world: World, said: str, chosen: str
) -> None:
    offers = (option(15, option_id=FIRST), option(16, option_id=SECOND), option(17, option_id=THIRD))
    assert await _chosen(world, offers, option_id=said) == chosen


@pytest.mark.parametrize(
    ("said", "chosen"),
    [
        ("die erste", FIRST),
        ("den 1.", FIRST),
        ("the first one", FIRST),
        ("die zweite", SECOND),
        ("am ersten", ASKED),
    ],
)
async def test_a_place_is_no_day_where_all_are_on_it(world: World, said: str, chosen: str) -> None:
    """On the first of a month "die erste" is one of three as on any other day."""
    offers = (
        option(10, day=1, month=12, option_id=FIRST),
        option(11, day=1, month=12, option_id=SECOND),
        option(12, day=1, month=12, option_id=THIRD),
    )
    assert await _chosen(world, offers, option_id=said) == chosen


@pytest.mark.parametrize(
    ("said", "chosen"),
    [
        ("O-BBBB2345", SECOND),
        ("o_bbbb2345", SECOND),
        ("o bbbb2345", SECOND),
        ("bbbb2345", SECOND),
        ('"o-bbbb2345"', SECOND),
        ("o-bbbb2345.", SECOND),
        ("option_id: o-bbbb2345", SECOND),
        ("o-bbbb23", SECOND),
        ("o-bbbb23455", SECOND),
        ("o-bbbx2345", SECOND),
        ("o-cbcb2345", ASKED),
        ("o-aaaa2345 oder o-bbbb2345", ASKED),
        ("o-elsewhere", "o-elsewhere"),
    ],
)
async def test_an_id_is_known_in_spite_of_a_slip(world: World, said: str, chosen: str) -> None:
    """TG-02: models copy ids with slips; what may be two options is none."""
    world.booking.failure = RefusalError(Kind.NOT_FOUND, "OPTION_UNKNOWN") if chosen == ASKED else None
    assert await _chosen(world, ALIKE, option_id=said) == chosen


@pytest.mark.parametrize("said", ["am ersten", "zum ersten", "on the first"])
async def test_on_a_day_is_no_place(world: World, said: str) -> None:
    assert await _chosen(world, ALIKE, date=said) == ASKED
