"""The story, first half: event types, booking a slot, and everything that refuses one."""

from sandbox.calcom.conformance.steps import Envelope, Race, Step, Story, keys
from sandbox.calcom.conformance.vocabulary import (
    BOUNDS,
    EVENT_TYPE,
    UNAVAILABLE,
    attendee,
    booking,
    create,
    refused,
)

SETTING_THE_SCENE: Story = (
    Step(
        "an event type of fixed length",
        "POST",
        "/v2/event-types",
        {"lengthInMinutes": 30, "title": "Schnitt {run}", "slug": "schnitt-{run}", "minimumBookingNotice": 0},
        status=201,
        keys=EVENT_TYPE,
        keep={"cut": "id"},
    ),
    Step(
        "an event type of several lengths has the default notice of two hours",
        "POST",
        "/v2/event-types",
        {
            "lengthInMinutes": 30,
            "lengthInMinutesOptions": [15, 30, 60],
            "title": "Farbe",
            "slug": "farbe-{run}",
        },
        status=201,
        data={"minimumBookingNotice": 120, "metadata": {"multipleDuration": [15, 30, 60]}},
        keep={"colour": "id"},
    ),
    Step(
        "a slug is given once",
        "POST",
        "/v2/event-types",
        {"lengthInMinutes": 30, "title": "Noch einer", "slug": "schnitt-{run}"},
        status=400,
        envelope=Envelope.NEST,
        message="User already has an event type with this slug.",
    ),
    Step("an event type can be read", "GET", "/v2/event-types/{cut}", keys=EVENT_TYPE),
    Step(
        "another user's event type is not there",
        "GET",
        "/v2/event-types/{cut}",
        who="other",
        status=404,
        envelope=Envelope.NEST,
        message="Event type with id {cut} not found",
    ),
    Step("the key's owner", "GET", "/v2/me", keys=keys("id email name username timeZone defaultScheduleId")),
    Step(
        "a wrong key is refused before anything else",
        "GET",
        "/v2/me",
        who="wrong",
        status=401,
        envelope=Envelope.NEST,
        message="CustomThrottlerGuard - Invalid API Key",
    ),
    Step("no key where one is needed", "GET", "/v2/me", who="nobody", status=401, envelope=Envelope.NEST),
    Step(
        "the default schedule",
        "GET",
        "/v2/schedules/default",
        keys=keys("id ownerId name timeZone availability isDefault overrides"),
    ),
)

BOOKING_A_SLOT: Story = (
    create(
        "a booking with our ids in its metadata",
        booking("{day}T09:00:00Z", metadata={"appointment": "t-1", "phase": "1"}),
        data={"status": "accepted", "duration": 30, "metadata": {"appointment": "t-1", "phase": "1"}},
        keep={"first": "uid"},
    ),
    refused(
        "the same request again looks like somebody else's booking", booking("{day}T09:00:00Z"), UNAVAILABLE
    ),
    refused("fifteen minutes of overlap", booking("{day}T09:15:00Z"), UNAVAILABLE),
    create("no key is needed to book", booking("{day}T10:00:00Z"), who="nobody"),
    create(
        "an offset is understood",
        booking("{day}T12:30:00+02:00"),
        data={"start": "{day}T10:30:00.000Z"},
    ),
    create(
        "a naive start is UTC",
        booking("{day}T11:00:00"),
        data={"start": "{day}T11:00:00.000Z"},
        keep={"noon": "uid"},
    ),
    create("the grid does not bind", booking("{day}T11:37:00Z"), data={"end": "{day}T12:07:00.000Z"}),
    refused("before opening", booking("{day}T03:00:00Z"), UNAVAILABLE),
    refused("on a Sunday", booking("{sunday}T10:00:00Z"), UNAVAILABLE),
    refused("in the past", booking("2020-01-07T10:00:00Z"), "Attempting to book a meeting in the past."),
    refused(
        "no date", booking("soon"), "start property is wrong,start must be a valid ISO 8601 date string "
    ),
    refused(
        "an unknown event type",
        booking("{day}T13:00:00Z", eventTypeId=99999999),
        "Event type with id 99999999 not found.",
        status=404,
    ),
    refused(
        "an unknown property",
        booking("{day}T13:00:00Z", allowConflicts=True),
        "allowConflicts property is wrong,property allowConflicts should not exist ",
    ),
    refused(
        "a number in the metadata",
        booking("{day}T13:00:00Z", metadata={"n": 7}),
        "metadata.n - Expected string, received number, ",
        envelope=Envelope.ZOD,
    ),
    refused(
        "a value too long",
        booking("{day}T13:00:00Z", metadata={"v": "y" * 501}),
        f"metadata property is wrong,{BOUNDS} ",
    ),
    refused(
        "a key too long",
        booking("{day}T13:00:00Z", metadata={"k" * 41: "y"}),
        f"metadata property is wrong,{BOUNDS} ",
    ),
    refused(
        "too many keys",
        booking("{day}T13:00:00Z", metadata={f"m{number}": "y" for number in range(51)}),
        f"metadata property is wrong,{BOUNDS} ",
    ),
)

ATTENDEES_LENGTHS_VERSIONS: Story = (
    refused(
        "neither e-mail nor phone",
        booking("{day}T13:00:00Z", attendee=attendee(email=None)),
        "attendee property is wrong, attendee email or phone property is wrong,Attendee must have at least one "
        "contact method (email or phone number) ",
    ),
    refused(
        "a phone number alone is not enough",
        booking("{day}T13:00:00Z", attendee=attendee(email=None, phoneNumber="+493023125007")),
        "responses - {{email}}error_required_field, ",
        envelope=Envelope.ZOD,
    ),
    refused(
        "no e-mail address",
        booking("{day}T13:00:00Z", attendee=attendee(email="mia at home")),
        "responses - {{email}}email_validation_error, ",
        envelope=Envelope.ZOD,
    ),
    refused(
        "no time zone",
        booking("{day}T13:00:00Z", attendee=attendee(timeZone="Kreuzberg")),
        "attendee property is wrong, timeZone property is wrong,timeZone must be a valid IANA time-zone ",
    ),
    refused(
        "a length where there is only one",
        booking("{day}T13:00:00Z", lengthInMinutes=45),
        "Can't specify 'lengthInMinutes' because event type does not have multiple possible lengths. Please, remove "
        "the 'lengthInMinutes' field from the request.",
    ),
    refused(
        "a length that is no option",
        booking("{next_day}T09:00:00Z", eventTypeId="{colour}", lengthInMinutes=45),
        "Provided 'lengthInMinutes' is not one of the possible lengths for the event type. The possible lengths are: "
        "15, 30, 60",
    ),
    create(
        "one of several lengths",
        booking("{next_day}T09:00:00Z", eventTypeId="{colour}", lengthInMinutes=60),
        data={"duration": 60},
        keep={"long": "uid"},
    ),
    refused(
        "without a version header it is the old API",
        booking("{day}T13:00:00Z"),
        "Bad Request Exception",
        envelope=Envelope.LIST,
        version=None,
    ),
    refused(
        "with an unknown version too",
        booking("{day}T13:00:00Z"),
        "Bad Request Exception",
        envelope=Envelope.LIST,
        version="2031-01-01",
    ),
    refused(
        "a wrong key is refused where none is needed",
        booking("{day}T13:00:00Z"),
        "CustomThrottlerGuard - Invalid API Key",
        status=401,
        who="wrong",
    ),
    refused(
        "no object",
        [],
        "undefined property is wrong,an unknown value was passed to the validate function ",
    ),
    Race(
        "of two identical slots one wins",
        (create("one", booking("{race_day}T09:00:00Z")), create("two", booking("{race_day}T09:00:00Z"))),
        (201, 409),
    ),
    Race(
        "of two overlapping slots both win",
        (create("one", booking("{race_day}T11:00:00Z")), create("two", booking("{race_day}T11:15:00Z"))),
        (201, 201),
    ),
)
