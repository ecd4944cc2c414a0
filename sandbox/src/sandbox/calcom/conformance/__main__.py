"""`python -m sandbox.calcom.conformance`: tells the story to RUFBUCH_CALCOM_BASE_URL; exit 1 on a difference."""

import asyncio
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import httpx

from sandbox.calcom.conformance.story import STORY
from sandbox.calcom.conformance.teller import Teller
from sandbox.calcom.settings import process_environment

_NEEDED = ("RUFBUCH_CALCOM_BASE_URL", "RUFBUCH_CALCOM_API_KEY", "RUFBUCH_CALCOM_OTHER_API_KEY")


def a_far_tuesday(today: date) -> date:
    """In next year's June, a week of its own for every day it is run on."""
    first = date(today.year + 1, 5, 1) + timedelta(weeks=today.toordinal() % 16)
    return first + timedelta(days=(1 - first.weekday()) % 7)


async def check(environment: Mapping[str, str], now: datetime) -> list[str]:
    base_url, host_key, other_key = (environment[name] for name in _NEEDED)
    async with httpx.AsyncClient(base_url=base_url, timeout=30) as client:
        run = f"{now:%Y%m%d%H%M%S}"
        return await Teller(client, host_key, other_key, a_far_tuesday(now.date()), run).tell(STORY)


def main() -> int:
    environment = process_environment()
    missing = [name for name in _NEEDED if name not in environment]
    if missing:
        sys.stderr.write(f"missing: {', '.join(missing)}\n")
        return 2
    differences = asyncio.run(check(environment, datetime.now(UTC)))
    sys.stdout.writelines(f"{line}\n" for line in differences or ["no difference"])
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
