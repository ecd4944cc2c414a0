"""The service's own watch: what it has found, and whether anybody would hear of it."""

from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from calcom_sync.domain.alarms import MEANINGS, Alarm
from calcom_sync.domain.notices import Outcome
from calcom_sync.storage.alarms import SqlAlarms
from calcom_sync.usecases.watch import Watch
from chassis.grpc_server import Servicer
from rufbuch.calendarsync.v1 import watch_pb2, watch_pb2_grpc

_Context = grpc.aio.ServicerContext[Any, Any]


FULL_NAME = "rufbuch.calendarsync.v1.WatchService"


@dataclass(frozen=True)
class WatchServicer(watch_pb2_grpc.WatchServiceServicer):
    """``alarms`` are read as they are stored: another replica may be the one that looks."""

    watch: Watch
    alarms: SqlAlarms

    async def GetWatch(
        self, request: watch_pb2.GetWatchRequest, context: _Context
    ) -> watch_pb2.GetWatchResponse:
        """See the contract."""
        return watch_pb2.GetWatchResponse(
            channels=[channel.value for channel in self.watch.senders],
            has_heartbeat=self.watch.pulse is not None,
            alarms=[_told(alarm) for alarm in await self.alarms.open()],
        )

    async def SendTestAlarm(
        self, request: watch_pb2.SendTestAlarmRequest, context: _Context
    ) -> watch_pb2.SendTestAlarmResponse:
        """See the contract."""
        return watch_pb2.SendTestAlarmResponse(
            results=[
                watch_pb2.TestAlarmResult(
                    channel=channel.value, delivered=told.outcome is Outcome.SENT, detail=told.detail
                )
                for channel, told in (await self.watch.test()).items()
            ]
        )


def _told(alarm: Alarm) -> watch_pb2.WatchAlarm:
    since = Timestamp()
    since.FromDatetime(alarm.since)
    meaning = MEANINGS[alarm.kind]
    return watch_pb2.WatchAlarm(
        name=alarm.kind.value,
        severity=meaning.severity.value,
        subject=alarm.subject,
        detail=alarm.detail,
        summary=meaning.summary,
        summary_de=meaning.summary_de,
        since_time=since,
    )


def watch_servicer(watch: Watch, alarms: SqlAlarms) -> Servicer:
    """The service as a server takes it."""
    return Servicer(
        WatchServicer(watch, alarms), watch_pb2_grpc.add_WatchServiceServicer_to_server, FULL_NAME
    )
