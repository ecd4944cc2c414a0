"""The stand-in passes the story that any Cal.com would."""

from datetime import date

from sandbox.calcom.conformance.__main__ import a_far_tuesday
from sandbox.calcom.conformance.steps import Envelope, Step
from sandbox.calcom.conformance.story import STORY
from sandbox.calcom.conformance.teller import Teller
from sandbox.calcom.embedded import HOST_KEY, OTHER_KEY, Cal


def teller(cal: Cal) -> Teller:
    return Teller(cal.client, HOST_KEY, OTHER_KEY, date(2027, 6, 8), "1")


async def test_the_stand_in_answers_the_story_like_the_original(cal: Cal) -> None:
    assert await teller(cal).tell(STORY) == []


async def test_the_teller_notices_a_different_status_envelope_message_and_data(cal: Cal) -> None:
    story = (
        Step("status", "GET", "/v2/me", status=404),
        Step("envelope", "GET", "/v2/wherever", status=404, envelope=Envelope.BARE),
        Step("message", "GET", "/v2/wherever", status=404, envelope=Envelope.NEST, message="gone"),
        Step("data", "GET", "/v2/me", data={"username": "otto"}),
        Step("keys", "GET", "/v2/me", keys=frozenset({"shoeSize"})),
    )
    differences = await teller(cal).tell(story)
    assert [text.split(":")[0] for text in differences] == ["status", "envelope", "message", "data", "keys"]


def test_the_day_of_the_story_is_a_tuesday_in_summer() -> None:
    days = [a_far_tuesday(date(2026, 1, 1).fromordinal(ordinal)) for ordinal in range(739_000, 739_400)]
    assert {day.weekday() for day in days} == {1}
    assert {day.month for day in days} <= {5, 6, 7, 8}
