"""Is anything of the calendars waiting for a person?"""

from collections import Counter
from collections.abc import Sequence

from rufbuch.calendarsync.v1 import service_pb2
from rufbuch_cli.doctor.findings import Finding, Level
from rufbuch_cli.doctor.patient import Patient


async def check(patient: Patient) -> Sequence[Finding]:
    """Open cases by kind; ``rufbuch sync list`` tells each."""
    request = service_pb2.ListSyncCasesRequest(tenant_id=patient.business.tenant_id, page_size=500)
    answer = await patient.sync.ListSyncCases(request)
    kinds = Counter(one.kind for one in answer.cases)
    if not kinds:
        return [Finding(Level.OK, patient.business.key, "sync", "nothing waits for a person")]
    more = "more than " if answer.next_page_token else ""
    words = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return [
        Finding(
            Level.NOTE, patient.business.key, "sync", f"{more}{sum(kinds.values())} cases are open: {words}"
        )
    ]
