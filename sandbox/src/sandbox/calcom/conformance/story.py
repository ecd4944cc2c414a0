"""The story itself: a host's day at Cal.com, with every refusal that matters to us."""

from typing import Any

from sandbox.calcom.conformance.steps import ANY, Envelope, Race, Step, Story, Who, keys

Json = dict[str, Any]

BOOKING = keys(
    "id uid title description hosts status start end duration eventTypeId eventType location meetingUrl absentHost "
    "createdAt updatedAt metadata rating icsUid attendees bookingFieldsResponses cancellationReason cancelledByEmail "
    "rescheduledByEmail"
)
EVENT_TYPE = keys(
    "id ownerId lengthInMinutes title slug bookingFields slotInterval minimumBookingNotice beforeEventBuffer "
    "afterEventBuffer users confirmationPolicy hidden bookingUrl bookingWindow locations"
)
RESERVATION = keys(
    "eventTypeId slotStart slotEnd slotDuration reservationUid reservationDuration reservationUntil"
)
UNAVAILABLE = "User either already has booking at this time or is not available"
BOUNDS = "Metadata must have at most 50 keys, each key up to 40 characters, and string values up to 500 characters."
TAKEN = "This time slot is already reserved by another user. Please choose a different time."


def _booking(start: str, **changes: object) -> Json:
    attendee = {"name": "Mia", "email": "mia@example.org", "timeZone": "Europe/Berlin"}
    return {"start": start, "eventTypeId": "{cut}", "attendee": attendee, **changes}


def _attendee(**changes: object) -> Json:
    attendee = {"name": "Mia", "email": "mia@example.org", "timeZone": "Europe/Berlin", **changes}
    return {name: value for name, value in attendee.items() if value is not None}


def _create(
    name: str, body: object, *, who: Who = "host", data: object = ANY, keep: dict[str, str] | None = None
) -> Step:
    return Step(
        name, "POST", "/v2/bookings", body, status=201, keys=BOOKING, who=who, data=data, keep=keep or {}
    )


def _refused(
    name: str,
    body: object,
    message: str,
    *,
    status: int = 400,
    envelope: Envelope = Envelope.NEST,
    who: Who = "host",
    version: str | None = "family",
) -> Step:
    return Step(
        name,
        "POST",
        "/v2/bookings",
        body,
        status=status,
        envelope=envelope,
        message=message,
        who=who,
        version=version,
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
    _create(
        "a booking with our ids in its metadata",
        _booking("{day}T09:00:00Z", metadata={"appointment": "t-1", "phase": "1"}),
        data={"status": "accepted", "duration": 30, "metadata": {"appointment": "t-1", "phase": "1"}},
        keep={"first": "uid"},
    ),
    _refused(
        "the same request again looks like somebody else's booking", _booking("{day}T09:00:00Z"), UNAVAILABLE
    ),
    _refused("fifteen minutes of overlap", _booking("{day}T09:15:00Z"), UNAVAILABLE),
    _create("no key is needed to book", _booking("{day}T10:00:00Z"), who="nobody"),
    _create(
        "an offset is understood",
        _booking("{day}T12:30:00+02:00"),
        data={"start": "{day}T10:30:00.000Z"},
    ),
    _create(
        "a naive start is UTC",
        _booking("{day}T11:00:00"),
        data={"start": "{day}T11:00:00.000Z"},
        keep={"noon": "uid"},
    ),
    _create("the grid does not bind", _booking("{day}T11:37:00Z"), data={"end": "{day}T12:07:00.000Z"}),
    _refused("before opening", _booking("{day}T03:00:00Z"), UNAVAILABLE),
    _refused("on a Sunday", _booking("{sunday}T10:00:00Z"), UNAVAILABLE),
    _refused("in the past", _booking("2020-01-07T10:00:00Z"), "Attempting to book a meeting in the past."),
    _refused(
        "no date", _booking("soon"), "start property is wrong,start must be a valid ISO 8601 date string "
    ),
    _refused(
        "an unknown event type",
        _booking("{day}T13:00:00Z", eventTypeId=99999999),
        "Event type with id 99999999 not found.",
        status=404,
    ),
    _refused(
        "an unknown property",
        _booking("{day}T13:00:00Z", allowConflicts=True),
        "allowConflicts property is wrong,property allowConflicts should not exist ",
    ),
    _refused(
        "a number in the metadata",
        _booking("{day}T13:00:00Z", metadata={"n": 7}),
        "metadata.n - Expected string, received number, ",
        envelope=Envelope.ZOD,
    ),
    _refused(
        "a value too long",
        _booking("{day}T13:00:00Z", metadata={"v": "y" * 501}),
        f"metadata property is wrong,{BOUNDS} ",
    ),
    _refused(
        "a key too long",
        _booking("{day}T13:00:00Z", metadata={"k" * 41: "y"}),
        f"metadata property is wrong,{BOUNDS} ",
    ),
    _refused(
        "too many keys",
        _booking("{day}T13:00:00Z", metadata={f"m{number}": "y" for number in range(51)}),
        f"metadata property is wrong,{BOUNDS} ",
    ),
)

ATTENDEES_LENGTHS_VERSIONS: Story = (
    _refused(
        "neither e-mail nor phone",
        _booking("{day}T13:00:00Z", attendee=_attendee(email=None)),
        "attendee property is wrong, attendee email or phone property is wrong,Attendee must have at least one "
        "contact method (email or phone number) ",
    ),
    _refused(
        "a phone number alone is not enough",
        _booking("{day}T13:00:00Z", attendee=_attendee(email=None, phoneNumber="+493023125007")),
        "responses - {{email}}error_required_field, ",
        envelope=Envelope.ZOD,
    ),
    _refused(
        "no e-mail address",
        _booking("{day}T13:00:00Z", attendee=_attendee(email="mia at home")),
        "responses - {{email}}email_validation_error, ",
        envelope=Envelope.ZOD,
    ),
    _refused(
        "no time zone",
        _booking("{day}T13:00:00Z", attendee=_attendee(timeZone="Kreuzberg")),
        "attendee property is wrong, timeZone property is wrong,timeZone must be a valid IANA time-zone ",
    ),
    _refused(
        "a length where there is only one",
        _booking("{day}T13:00:00Z", lengthInMinutes=45),
        "Can't specify 'lengthInMinutes' because event type does not have multiple possible lengths. Please, remove "
        "the 'lengthInMinutes' field from the request.",
    ),
    _refused(
        "a length that is no option",
        _booking("{next_day}T09:00:00Z", eventTypeId="{colour}", lengthInMinutes=45),
        "Provided 'lengthInMinutes' is not one of the possible lengths for the event type. The possible lengths are: "
        "15, 30, 60",
    ),
    _create(
        "one of several lengths",
        _booking("{next_day}T09:00:00Z", eventTypeId="{colour}", lengthInMinutes=60),
        data={"duration": 60},
        keep={"long": "uid"},
    ),
    _refused(
        "without a version header it is the old API",
        _booking("{day}T13:00:00Z"),
        "Bad Request Exception",
        envelope=Envelope.LIST,
        version=None,
    ),
    _refused(
        "with an unknown version too",
        _booking("{day}T13:00:00Z"),
        "Bad Request Exception",
        envelope=Envelope.LIST,
        version="2031-01-01",
    ),
    _refused(
        "a wrong key is refused where none is needed",
        _booking("{day}T13:00:00Z"),
        "CustomThrottlerGuard - Invalid API Key",
        status=401,
        who="wrong",
    ),
    _refused(
        "no object",
        [],
        "undefined property is wrong,an unknown value was passed to the validate function ",
    ),
    Race(
        "of two identical slots one wins",
        (_create("one", _booking("{race_day}T09:00:00Z")), _create("two", _booking("{race_day}T09:00:00Z"))),
        (201, 409),
    ),
    Race(
        "of two overlapping slots both win",
        (_create("one", _booking("{race_day}T11:00:00Z")), _create("two", _booking("{race_day}T11:15:00Z"))),
        (201, 201),
    ),
)

_JUST_MADE = "/v2/bookings?eventTypeId={cut}&attendeeEmail={email}&afterStart={day}T09:00:00Z&beforeEnd={day}T09:30:00Z"

READING: Story = (
    Step("by uid", "GET", "/v2/bookings/{first}", keys=BOOKING),
    Step("by uid without a key", "GET", "/v2/bookings/{first}", who="nobody", keys=BOOKING),
    Step(
        "an unknown uid",
        "GET",
        "/v2/bookings/nobodyknows",
        status=404,
        envelope=Envelope.NEST,
        message="Booking with uid=nobodyknows was not found in the database",
    ),
    Step("finding one's own booking", "GET", _JUST_MADE, data=[{"uid": "{first}"}]),
    Step(
        "e-mail addresses are compared exactly",
        "GET",
        _JUST_MADE.replace("{email}", "Mia@example.org"),
        data=[],
    ),
    Step(
        "there is no filter on metadata",
        "GET",
        f"{_JUST_MADE}&metadata[appointment]=t-9",
        data=[{"uid": "{first}"}],
    ),
    Step("another user sees nothing of it", "GET", _JUST_MADE, who="other", data=[]),
    Step("one at a time", "GET", "/v2/bookings?eventTypeId={cut}&take=1", data=[{"uid": "{first}"}]),
    Step(
        "not more than 250",
        "GET",
        "/v2/bookings?take=251",
        status=400,
        envelope=Envelope.LIST,
        message="Bad Request Exception",
    ),
    Step(
        "a status that does not exist", "GET", "/v2/bookings?status=new", status=400, envelope=Envelope.LIST
    ),
    Step("the list needs a key", "GET", "/v2/bookings", who="nobody", status=403, envelope=Envelope.NEST),
)

_RESERVED = {"eventTypeId": "{cut}", "slotStart": "{day}T14:00:00Z"}

CHANGING: Story = (
    Step(
        "a reschedule makes a new booking",
        "POST",
        "/v2/bookings/{first}/reschedule",
        {"start": "{day}T13:00:00Z", "reschedulingReason": "später"},
        status=201,
        keys=BOOKING,
        data={
            "rescheduledFromUid": "{first}",
            "icsUid": "{first}@Cal.com",
            "metadata": {"appointment": "t-1", "phase": "1"},
        },
        keep={"second": "uid"},
    ),
    Step(
        "the old one points to it",
        "GET",
        "/v2/bookings/{first}",
        data={"status": "cancelled", "rescheduledToUid": "{second}"},
    ),
    Step(
        "and cannot be moved again",
        "POST",
        "/v2/bookings/{first}/reschedule",
        {"start": "{day}T13:30:00Z"},
        status=400,
        envelope=Envelope.NEST,
        message="Can't reschedule booking with uid={first} because it has been cancelled and rescheduled already to "
        "booking with uid={second}. You probably want to reschedule {second} instead by passing it within the request "
        "URL.",
    ),
    Step(
        "onto an occupied time",
        "POST",
        "/v2/bookings/{second}/reschedule",
        {"start": "{day}T10:00:00Z"},
        status=400,
        envelope=Envelope.NEST,
        message=UNAVAILABLE,
    ),
    Step(
        "a reschedule of sixty minutes falls back to thirty",
        "POST",
        "/v2/bookings/{long}/reschedule",
        {"start": "{next_day}T12:00:00Z"},
        status=201,
        data={"duration": 30},
    ),
    Step(
        "the host must say why",
        "POST",
        "/v2/bookings/{second}/cancel",
        {},
        status=400,
        envelope=Envelope.BARE,
        message="Cancellation reason is required when you are the host",
    ),
    Step(
        "a cancellation",
        "POST",
        "/v2/bookings/{second}/cancel",
        {"cancellationReason": "krank"},
        data={"status": "cancelled", "cancellationReason": "krank"},
    ),
    Step(
        "twice is an error",
        "POST",
        "/v2/bookings/{second}/cancel",
        {"cancellationReason": "krank"},
        status=400,
        envelope=Envelope.NEST,
        message="Can't cancel booking with uid={second} because it has been cancelled already. Please provide uid of a "
        "booking that is not cancelled.",
    ),
    Step(
        "a cancelled booking cannot be moved",
        "POST",
        "/v2/bookings/{second}/reschedule",
        {"start": "{day}T13:00:00Z"},
        status=400,
        envelope=Envelope.NEST,
    ),
    _create("a cancelled time can be booked again", _booking("{day}T13:00:00Z"), keep={"third": "uid"}),
    Step("a guest cancels without a key or a reason", "POST", "/v2/bookings/{noon}/cancel", {}, who="nobody"),
)

RESERVING: Story = (
    Step(
        "a reservation",
        "POST",
        "/v2/slots/reservations",
        _RESERVED,
        who="nobody",
        status=201,
        keys=RESERVATION,
        data={"reservationDuration": 5},
        keep={"reservation": "reservationUid"},
    ),
    Step(
        "not twice",
        "POST",
        "/v2/slots/reservations",
        _RESERVED,
        who="nobody",
        status=422,
        envelope=Envelope.NEST,
        message=TAKEN,
    ),
    Step(
        "its length needs a key",
        "POST",
        "/v2/slots/reservations",
        {**_RESERVED, "reservationDuration": 9},
        who="nobody",
        status=401,
        envelope=Envelope.NEST,
    ),
    Step(
        "it cannot be extended: it collides with itself",
        "PATCH",
        "/v2/slots/reservations/{reservation}",
        _RESERVED,
        who="nobody",
        status=422,
        envelope=Envelope.NEST,
        message=TAKEN,
    ),
    Step(
        "it hides the time",
        "GET",
        "/v2/slots?eventTypeId={cut}&start={day}T14:00:00Z&end={day}T15:00:00Z",
        who="nobody",
        data={"{day}": [{"start": "{day}T14:30:00.000Z"}]},
    ),
    _create("it stops no booking", _booking("{day}T14:00:00Z")),
    Step("it can be deleted", "DELETE", "/v2/slots/reservations/{reservation}", who="nobody"),
    Step("even twice", "DELETE", "/v2/slots/reservations/{reservation}", who="nobody"),
    Step("then it is null", "GET", "/v2/slots/reservations/{reservation}", who="nobody", data=None),
    Step(
        "not where the event is booked",
        "POST",
        "/v2/slots/reservations",
        _RESERVED,
        who="nobody",
        status=422,
        envelope=Envelope.NEST,
        message="Can't reserve a slot if the event is already booked.",
    ),
    Step(
        "slots refuse unknown parameters",
        "GET",
        "/v2/slots?eventTypeId={cut}&start={day}&end={day}&colour=red",
        who="nobody",
        status=400,
        envelope=Envelope.NEST,
        message="colour property is wrong,property colour should not exist ",
    ),
    Step(
        "the old API has no such route",
        "GET",
        "/v2/slots?eventTypeId={cut}&start={day}&end={day}",
        version=None,
        status=404,
        envelope=Envelope.NEST,
    ),
)

_HOOK = {
    "active": True,
    "subscriberUrl": "http://127.0.0.1:9/{run}",
    "triggers": ["BOOKING_CREATED"],
    "secret": "s",
}

SUBSCRIBING: Story = (
    Step(
        "a webhook",
        "POST",
        "/v2/webhooks",
        _HOOK,
        who="other",
        status=201,
        keys=keys("id payloadTemplate triggers subscriberUrl active secret userId"),
        keep={"hook": "id"},
    ),
    Step(
        "not twice to one address",
        "POST",
        "/v2/webhooks",
        _HOOK,
        who="other",
        status=409,
        envelope=Envelope.NEST,
        message="Webhook with this subscriber url already exists for this user",
    ),
    Step(
        "there is no BOOKING_CONFIRMED",
        "POST",
        "/v2/webhooks",
        {**_HOOK, "triggers": ["BOOKING_CONFIRMED"]},
        who="other",
        status=400,
        envelope=Envelope.LIST,
    ),
    Step("away with it", "DELETE", "/v2/webhooks/{hook}", who="other", data={"id": "{hook}"}),
    Step(
        "busy times without a calendar", "GET", "/v2/calendars/busy-times", status=400, envelope=Envelope.LIST
    ),
    Step(
        "a route that is none",
        "GET",
        "/v2/wherever",
        status=404,
        envelope=Envelope.NEST,
        message="Cannot GET /v2/wherever",
    ),
)

STORY: Story = (
    *SETTING_THE_SCENE,
    *BOOKING_A_SLOT,
    *ATTENDEES_LENGTHS_VERSIONS,
    *READING,
    *CHANGING,
    *RESERVING,
    *SUBSCRIBING,
)
