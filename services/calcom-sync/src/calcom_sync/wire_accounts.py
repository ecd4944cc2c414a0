"""What stands in an account, as a message."""

import math

from calcom_sync.domain.description import Described, Offered, Schedule
from rufbuch.calendarsync.v1 import accounts_pb2


def described_to(one: Described) -> accounts_pb2.DescribedAccount:
    """One account; without its key."""
    user = one.user
    return accounts_pb2.DescribedAccount(
        account_id="" if one.key_name else str(one.account.account_id),
        key_name=one.key_name,
        username=user.username if user else "",
        email=user.email if user else "",
        name=user.name if user else "",
        time_zone=user.time_zone if user else "",
        event_types=map(_event_type, one.event_types),
        schedules=map(_schedule, one.schedules),
        error=one.error,
        wait_seconds=math.ceil(one.wait.total_seconds()),
    )


def _event_type(one: Offered) -> accounts_pb2.DescribedEventType:
    return accounts_pb2.DescribedEventType(
        event_type_id=one.number,
        slug=one.slug,
        title=one.title,
        length_minutes=one.length_min,
        length_options=one.length_options_min,
        hidden=one.hidden,
        scheduling=one.scheduling,
    )


def _schedule(one: Schedule) -> accounts_pb2.DescribedSchedule:
    return accounts_pb2.DescribedSchedule(
        name=one.name,
        time_zone=one.time_zone,
        is_default=one.is_default,
        spans=[
            accounts_pb2.ScheduleSpan(weekdays=span.weekdays, start=span.start, end=span.end)
            for span in one.spans
        ],
        days=[accounts_pb2.ScheduleDay(date=day.date, start=day.start, end=day.end) for day in one.days],
    )
