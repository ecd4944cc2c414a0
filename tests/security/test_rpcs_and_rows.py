"""Which RPCs see the rows of all businesses, and why: read from the descriptors, so that a new one cannot slip in (SE-16)."""

from google.protobuf.descriptor import MethodDescriptor

from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.calendarsync.v1 import service_pb2 as sync_pb2
from rufbuch.staff.v1 import service_pb2 as staff_pb2
from rufbuch.telephony.v1 import service_pb2 as telephony_pb2
from staff_registry.servicer import FOR_EVERYBODY as IN_THE_REGISTRY
from telephony_gateway.servicer import FOR_EVERYBODY as IN_THE_LEDGER

FOR_EVERYBODY = {"StaffRegistryService": IN_THE_REGISTRY, "CallService": IN_THE_LEDGER}
WITHOUT_ROWS = {
    "StaffRegistryService/WatchChanges": "the log of all businesses",
    "BookingService/WatchEvents": "the log of all businesses",
    "BookingService/GetEventLag": "counts how far readers of the log are",
    "CalendarSyncService/WatchBusyTimes": "the log of all businesses",
    "AvailabilityService/GetStreamStatus": "how fresh the replica's memory is",
    "AvailabilityService/BatchClaimOptions": "each claim names its own, and holds are in Redis",
}
"""RPCs that name no business and read no table that belongs to one."""


def methods() -> list[MethodDescriptor]:
    return [
        method
        for each in (availability_pb2, booking_pb2, staff_pb2, sync_pb2, telephony_pb2)
        for service in each.DESCRIPTOR.services_by_name.values()
        for method in service.methods
    ]


def test_an_rpc_names_its_business_or_says_why_not() -> None:
    nameless = {
        f"{method.containing_service.name}/{method.name}"
        for method in methods()
        if "tenant_id" not in method.input_type.fields_by_name
    }
    told = {f"{service}/{name}" for service, names in FOR_EVERYBODY.items() for name in names}
    assert nameless - told == WITHOUT_ROWS.keys()


def test_no_reason_outlives_its_rpc() -> None:
    known = {f"{method.containing_service.name}/{method.name}" for method in methods()}
    assert {f"{service}/{name}" for service, names in FOR_EVERYBODY.items() for name in names} <= known
    assert all(why.strip() for names in FOR_EVERYBODY.values() for why in names.values())
