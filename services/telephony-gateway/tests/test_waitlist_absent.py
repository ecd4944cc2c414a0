"""A peer that cannot do a thing: the caller hears that it cannot be done, not that trying again would help."""

import grpc
from gateway_world import CALLER, World


async def test_a_waiting_list_that_nobody_keeps_is_not_promised(world: World) -> None:
    world.booking.failure = grpc.StatusCode.UNIMPLEMENTED  # as a booking service of yesterday
    wish = {
        "service": "Dauerwelle",
        "date": "kommenden Mittwoch",
        "time": "vormittags",
        "name": "Kim Beispiel",
    }
    answer = await world.phone.function("join_waitlist", {**wish, "phone_number": CALLER})
    assert (answer["status"], answer["error"]) == ("error", "not_offered")
    assert "notiert" not in answer["message"]
