"""A staff registry that knows two things: policies, and where a branch is. Its businesses write to nobody."""

from typing import Any

from booking.testing.samples import BRANCH, PERSON, SERVICE
from chassis.errors import Kind, ServiceError
from chassis.grpc_server import Servicer
from rufbuch.staff.v1 import business_pb2, service_pb2, service_pb2_grpc


class BusinessUnknownError(ServiceError):
    """The registry's own."""

    kind, reason = Kind.NOT_FOUND, "BUSINESS_UNKNOWN"


class ScriptedRegistry(service_pb2_grpc.StaffRegistryServiceServicer):
    """Every business is the one of the samples, and has the policies that it has been given."""

    def __init__(self) -> None:
        self.policies: list[business_pb2.Policy] = []
        self.language, self.time_zone = "de-DE", "Europe/Berlin"
        self.people = [str(PERSON)]
        self.refusal: ServiceError | None = None
        self.asked = 0
        self.known: set[str] | None = None
        """Tenants; None: whichever is asked about."""

    async def GetBusiness(  # noqa: N802 - named by the contract
        self,
        request: service_pb2.GetBusinessRequest,
        context: Any,  # noqa: ARG002, ANN401 - as the generated code has it
    ) -> service_pb2.GetBusinessResponse:
        """See the contract."""
        self.asked += 1
        if self.refusal:
            raise self.refusal
        if self.known is not None and request.tenant_id not in self.known:
            raise BusinessUnknownError("there is no such business")
        branch = business_pb2.Branch(branch_id=BRANCH, time_zone=self.time_zone)
        return service_pb2.GetBusinessResponse(
            business=business_pb2.Business(
                tenant_id=request.tenant_id,
                policies=self.policies,
                language=self.language,
                branches=[branch],
                services=[business_pb2.Service(service_id=str(SERVICE), name="Dauerwelle")],
                people=[business_pb2.Person(person_id=each, name="Anna") for each in self.people],
            )
        )

    async def GetMessageSetup(  # noqa: N802 - named by the contract
        self,
        request: service_pb2.GetMessageSetupRequest,  # noqa: ARG002 - as the generated code has it
        context: Any,  # noqa: ARG002, ANN401 - as the generated code has it
    ) -> service_pb2.GetMessageSetupResponse:
        """See the contract."""
        return service_pb2.GetMessageSetupResponse()

    def servicer(self) -> Servicer:
        """As a server takes it."""
        add = service_pb2_grpc.add_StaffRegistryServiceServicer_to_server
        return Servicer(self, add, "rufbuch.staff.v1.StaffRegistryService")
