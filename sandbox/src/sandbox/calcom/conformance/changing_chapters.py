"""The story, second half: reading, moving, cancelling, reserving, subscribing."""

from sandbox.calcom.conformance.steps import Envelope, Step, Story, keys
from sandbox.calcom.conformance.vocabulary import BOOKING, RESERVATION, TAKEN, UNAVAILABLE, booking, create

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
    create("a cancelled time can be booked again", booking("{day}T13:00:00Z"), keep={"third": "uid"}),
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
    create("it stops no booking", booking("{day}T14:00:00Z")),
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
