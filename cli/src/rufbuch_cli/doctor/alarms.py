"""Would anybody hear of it if something went wrong, and is anything wrong now?"""

from collections.abc import Sequence

import grpc

from chassis.grpc_client import fault_of
from rufbuch.calendarsync.v1 import watch_pb2, watch_pb2_grpc
from rufbuch_cli.doctor.findings import Finding, Level

_HOW = "set RUFBUCH_ALARM_EMAIL_… or RUFBUCH_ALARM_WEBHOOK_… for calcom-sync (docs/operations.md)"


async def check(watch: "watch_pb2_grpc.WatchServiceAsyncStub", *, test: bool) -> Sequence[Finding]:
    """Of the whole installation. ``test``: send one over every channel."""
    try:
        now = await watch.GetWatch(watch_pb2.GetWatchRequest())
        found = [*_channels(now), *_open(now)]
        if test:
            answer = await watch.SendTestAlarm(watch_pb2.SendTestAlarmRequest())
            found += _tested(answer.results)
    except grpc.aio.AioRpcError as error:
        return [Finding(Level.FAULT, "", "alarms", f"calcom-sync says {fault_of(error).code.name}")]
    return found


def _channels(watch: watch_pb2.GetWatchResponse) -> list[Finding]:
    if watch.channels:
        found = [Finding(Level.OK, "", "alarms", f"go out by {', '.join(watch.channels)}")]
    else:
        found = [Finding(Level.NOTE, "", "alarms", f"nobody would hear of one from calcom-sync: {_HOW}")]
    if not watch.has_heartbeat:
        words = "nobody would notice that alarms stop: set RUFBUCH_HEARTBEAT_URL, or use Prometheus' Watchdog"
        found.append(Finding(Level.NOTE, "", "heartbeat", words))
    return found


def _open(watch: watch_pb2.GetWatchResponse) -> list[Finding]:
    return [
        Finding(
            Level.NOTE, one.subject, f"alarm {one.name}",
            f"{one.summary} Since {one.since_time.ToDatetime():%Y-%m-%d %H:%M} UTC",
        )
        for one in watch.alarms
    ]  # fmt: skip


def _tested(results: Sequence[watch_pb2.TestAlarmResult]) -> list[Finding]:
    if not results:
        return [Finding(Level.FAULT, "", "alarm test", f"there is no channel: {_HOW}")]
    return [
        Finding(Level.OK, "", "alarm test", f"{one.channel} has taken it: {one.detail}")
        if one.delivered
        else Finding(Level.FAULT, "", "alarm test", f"{one.channel} has not taken it: {one.detail}")
        for one in results
    ]
