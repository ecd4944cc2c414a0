"""What is kept of the questions that are put to a business, and for how long."""

import gc
from datetime import timedelta
from weakref import ref

import pytest

from availability.clients.registry import StaffRegistry, read_business
from availability.testing.peers import RegistryPeer
from availability.testing.salon import known, salon
from availability.usecases import asking
from availability.usecases.asking import Question
from availability.usecases.businesses import BusinessChanged, Businesses
from availability.usecases.following import StreamHealth
from chassis.testing import SettableClock, serving

ONE = (known("branch"), [known("cut")])
MOVED = "7d0f3c4e-0000-4000-8000-000000000000"


def test_what_follows_from_a_business_is_worked_out_once() -> None:
    business, other = read_business(salon()), read_business(salon())
    question = Question.of(business, *ONE)
    assert Question.of(business, *ONE) is question
    assert Question.of(business, *ONE, known("anna")).owners == (known("anna"),)
    assert Question.of(other, *ONE).business is other


@pytest.mark.parametrize(
    "more",
    [{"moved_appointment_id": MOVED}, {"kept": True}, {"service_ids": [known("cut"), known("colour")]}],
)
def test_a_question_of_its_own_kind_is_kept_by_nobody(more: dict[str, object]) -> None:
    business = read_business(salon())
    asked = {"branch_id": known("branch"), "service_ids": [known("cut")], **more}
    question = Question.of(business, **asked)  # type: ignore[arg-type] # as above
    assert question.owners == (known("anna"), known("ben"))
    assert not business.questions


def test_no_more_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "QUESTIONS_KEPT", 2)
    business = read_business(salon())
    for person in ("anna", "ben", ""):
        Question.of(business, *ONE, known(person) if person else "")
    assert len(business.questions) == 1


async def test_a_business_that_has_changed_is_let_go(registry: RegistryPeer, clock: SettableClock) -> None:
    """Without the collector of garbage, which does not look at what was there when the service got ready (DECISIONS 102)."""
    async with serving(registry.as_servicer()) as peers:
        businesses = Businesses(
            StaffRegistry(peers), clock, StreamHealth(clock), reread_after=timedelta(minutes=1)
        )
        gc.disable()
        try:
            before = ref(await businesses.get(known("salon")))
            Question.of(await businesses.get(known("salon")), *ONE)
            businesses.changed(BusinessChanged("1", known("salon")))
            assert await businesses.get(known("salon")) is not before()
            assert before() is None
        finally:
            gc.enable()
