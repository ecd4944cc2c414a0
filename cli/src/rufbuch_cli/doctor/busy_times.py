"""How old is what is known of people's time at Cal.com?"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from rufbuch.calendarsync.v1 import service_pb2
from rufbuch_cli.doctor.findings import Finding, Level
from rufbuch_cli.doctor.patient import Patient

OLD = timedelta(hours=1)
"""Four times the pause between two pulls."""


async def check(patient: Patient) -> Sequence[Finding]:
    """The account that was pulled longest ago counts."""
    if not patient.business.calendar_sync:
        return []
    now = datetime.now(UTC)
    start, end = Timestamp(), Timestamp()
    start.FromDatetime(now)
    end.FromDatetime(now + timedelta(days=60))
    request = service_pb2.ListBusyTimesRequest(
        tenant_id=patient.business.tenant_id, start_time=start, end_time=end
    )
    answer = await patient.sync.ListBusyTimes(request)
    if not answer.HasField("as_of_time"):
        words = "of one account they were not pulled yet"
        return [Finding(Level.NOTE, patient.business.key, "busy times", words)]
    age = now - answer.as_of_time.ToDatetime(UTC)
    words = (
        f"{len(answer.busy_times)} in the next 60 days, as of {int(age.total_seconds() // 60)} minutes ago"
    )
    return [Finding(Level.FAULT if age > OLD else Level.OK, patient.business.key, "busy times", words)]
