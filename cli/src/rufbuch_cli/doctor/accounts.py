"""Does Cal.com answer, is each key the account's own, and does Cal.com tell us what happens to its bookings?"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from rufbuch.calendarsync.v1 import service_pb2
from rufbuch_cli.doctor.findings import Finding, Level
from rufbuch_cli.doctor.patient import PAUSE_S, ROUNDS_MAX, Patient


async def check(patient: Patient) -> Sequence[Finding]:
    """Of every account that has a key."""
    if not patient.business.calendar_sync:
        return [Finding(Level.NOTE, patient.business.key, "Cal.com", "appointments are not copied there")]
    request = service_pb2.CheckAccountsRequest(
        tenant_id=patient.business.tenant_id,
        webhook_base_url=patient.webhook_base_url,
        fix=patient.fix and bool(patient.webhook_base_url),
    )
    repairs: dict[str, list[str]] = defaultdict(list)
    for _ in range(ROUNDS_MAX):
        checked = (await patient.sync.CheckAccounts(request)).accounts
        for one in checked:
            repairs[one.account_id] += one.repairs
        if not any(one.wait_seconds for one in checked):
            break
        await asyncio.sleep(PAUSE_S)
    return list(_findings(patient, checked, repairs))


def _findings(
    patient: Patient, accounts: Sequence[service_pb2.AccountCheck], repairs: Mapping[str, Sequence[str]]
) -> Iterator[Finding]:
    key = patient.business.key
    if not accounts:
        yield Finding(Level.FAULT, key, "Cal.com", "no account has a key")
    for one in accounts:
        what = f"account {one.username} of {patient.person(one.person_id)}"
        yield from (Finding(Level.MENDED, key, what, words) for words in repairs[one.account_id])
        yield from (Finding(Level.FAULT, key, what, words) for words in one.faults)
        if not one.faults:
            yield Finding(Level.OK, key, what, "its key works, and its webhook tells us of its bookings")
