"""The store has done what was asked, and its answer is lost: what the caller hears is true all the same."""

from collections.abc import Callable
from typing import Any

import pytest

from availability.clients.scripts import Script
from availability.errors import HoldsUnavailableError
from availability.testing.answers import starts
from availability.testing.replicas import Running
from availability.testing.salon import at, known, search, stamp
from rufbuch.availability.v1 import service_pb2 as pb

Lose = Callable[[int], None]
WINDOW = pb.TimeWindow(start_time=stamp(at(12)), end_time=stamp(at(17)))


@pytest.fixture
def lose(monkeypatch: pytest.MonkeyPatch) -> Lose:
    """The answer to the n-th attempt to hold something from now on, and all that follow."""

    def lose(number: int) -> None:
        told, attempts = Script.run, list[str]()

        async def run(script: Script, *asked: Any, **terms: Any) -> list[Any]:
            answer = await told(script, *asked, **terms)
            if script._name == "place":
                attempts.append("one more")
                if len(attempts) >= number:
                    raise HoldsUnavailableError("the answer is lost")
            return answer

        monkeypatch.setattr(Script, "run", run)

    return lose


@pytest.mark.parametrize("wish", [{"start": at(13)}, {"windows": [WINDOW]}], ids=["a start", "a window"])
async def test_what_is_held_without_being_known_can_be_claimed_as_it_was_told(
    service: Running, lose: Lose, wish: dict[str, Any]
) -> None:
    """ "Dieses Angebot gilt nicht mehr" was said of a time that was held for this very caller."""
    lose(1)
    found = await service.stub.SearchSlots(search(call_id="a", **wish))
    assert (found.outcome, found.hold_state) == (pb.SEARCH_OUTCOME_AVAILABLE, pb.HOLD_STATE_UNAVAILABLE)
    assert len(found.options) == (1 if "start" in wish else 3)
    for option in found.options:
        assert (option.HasField("hold_expire_time"), option.voucher) == (False, b"")
    ours = {"tenant_id": known("salon"), "branch_id": known("branch"), "call_id": "a"}
    claim = pb.ClaimOptionRequest(option_id=found.options[0].option_id, **ours)
    assert (await service.stub.ClaimOption(claim)).option.start_time == found.options[0].start_time


async def test_what_another_caller_is_known_to_hold_is_not_told_to_be_free(
    service: Running, lose: Lose
) -> None:
    """AV-28"""
    anna = {"person_id": known("anna")}
    await service.stub.SearchSlots(search(at(13), call_id="b", **anna))
    lose(2)
    found = await service.stub.SearchSlots(search(at(13), call_id="a", **anna))
    assert (found.outcome, found.hold_state) == (pb.SEARCH_OUTCOME_ALTERNATIVES, pb.HOLD_STATE_UNAVAILABLE)
    assert not any(12 < start < 14 for start in starts(found))
