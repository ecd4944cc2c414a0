"""Reasons are a contract with the callers."""

from chassis.errors import PositionInvalidError, ServiceError
from rufbuch.staff.v1 import service_pb2
from staff_registry import errors


def test_every_reason_is_in_the_contract_and_every_one_of_the_contract_is_used() -> None:
    ours = {
        error.reason
        for error in (*vars(errors).values(), PositionInvalidError)
        if isinstance(error, type) and issubclass(error, ServiceError) and error is not ServiceError
    }
    names = {name.removeprefix("ERROR_REASON_") for name in service_pb2.ErrorReason.keys()}  # noqa: SIM118 - no dict
    assert ours == names - {"UNSPECIFIED"}


def test_faults_beyond_what_a_status_carries_stay_with_the_error() -> None:
    faults = {f"people[{n}].name": "a text that is not empty" for n in range(1000)}
    error = errors.BusinessInvalidError(faults)
    assert error.faults == faults
    assert sum(len(path) + len(text) for path, text in error.metadata.items()) < 4100
    assert error.metadata["more"].split()[0] == str(1000 - len(error.metadata) + 1)
