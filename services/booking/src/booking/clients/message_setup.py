"""Asks the staff registry how businesses write to their customers, and keeps it for a while."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

import grpc

from booking.domain.messages.message import Channel, Kind, Words
from booking.domain.messages.night import Night
from booking.domain.messages.setup import EmailAccount, Place, Setup, SmsAccount
from booking.errors import RegistryUnavailableError
from chassis.clock import Clock
from chassis.grpc_client import fault_of
from rufbuch.staff.v1 import business_pb2, message_pb2, service_pb2, service_pb2_grpc

if TYPE_CHECKING:
    from rufbuch.staff.v1.service_pb2_grpc import StaffRegistryServiceAsyncStub

GET_MESSAGE_SETUP = "rufbuch.staff.v1.StaffRegistryService/GetMessageSetup"
"""Harmless to repeat."""
FRESH_FOR = timedelta(seconds=30)
AGAIN_AFTER = timedelta(seconds=2)
"""A registry that did not answer is not asked again by every caller at once."""
_log = logging.getLogger(__name__)
_CHANNELS = {channel.value: channel for channel in Channel}
_KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True)
class _Known:
    at: datetime
    setup: Setup | None
    error: RegistryUnavailableError | None = None


class RegistrySetups:
    """The port of messages over gRPC."""

    def __init__(self, channel: grpc.aio.Channel, *, clock: Clock) -> None:
        self._stub: StaffRegistryServiceAsyncStub = service_pb2_grpc.StaffRegistryServiceStub(channel)
        self._clock = clock
        self._known: dict[UUID, _Known] = {}

    def is_silent(self, tenant_id: UUID) -> bool:
        """See ``Setups``."""
        known = self._fresh(tenant_id, self._clock.now())
        return known is not None and known.setup is None and known.error is None

    async def of(self, tenant_id: UUID) -> Setup | None:
        """See ``Setups``."""
        now = self._clock.now()
        known = self._fresh(tenant_id, now)
        if known is None:
            known = self._known[tenant_id] = await self._ask(tenant_id, now)
        if known.error:
            raise known.error
        return known.setup

    def _fresh(self, tenant_id: UUID, now: datetime) -> _Known | None:
        known = self._known.get(tenant_id)
        return known if known and now - known.at < (AGAIN_AFTER if known.error else FRESH_FOR) else None

    async def _ask(self, tenant_id: UUID, now: datetime) -> _Known:
        text = str(tenant_id)
        try:
            told = await self._stub.GetMessageSetup(service_pb2.GetMessageSetupRequest(tenant_id=text))
            if not told.settings.channels:
                return _Known(now, None)
            answer = await self._stub.GetBusiness(service_pb2.GetBusinessRequest(tenant_id=text))
        except grpc.aio.AioRpcError as error:
            fault = fault_of(error)
            if fault.reason == "BUSINESS_UNKNOWN" or fault.code is grpc.StatusCode.UNIMPLEMENTED:
                return _Known(now, None)
            silent = RegistryUnavailableError(f"the registry does not answer: {fault.code.name}")
            return _Known(now, None, silent)
        except asyncio.CancelledError:
            # Whoever asked has no time left; the next one does not wait for it as well.
            self._known[tenant_id] = _Known(now, None, RegistryUnavailableError("the registry is slow"))
            raise
        try:
            return _Known(now, setup_of(answer.business, told.settings))
        except (ValueError, KeyError):
            # A zone that is unknown here, a night without an end: one business writes nothing, and all others do.
            _log.exception("settings that cannot be", extra={"tenant_id": text})
            return _Known(now, None)


def setup_of(business: business_pb2.Business, settings: message_pb2.MessageSettings) -> Setup:
    """What the registry says, in our words."""
    return Setup(
        business=business.name,
        language=business.language.split("-")[0].lower(),
        places={
            UUID(branch.branch_id): Place(branch.name, ZoneInfo(branch.time_zone))
            for branch in business.branches
        },
        people={UUID(person.person_id): person.name for person in business.people},
        # What a newer registry knows is left out here, and so neither promised nor sent.
        channels=tuple(_CHANNELS[channel] for channel in settings.channels if channel in _CHANNELS),
        email=_email(settings.email) if settings.HasField("email") else None,
        sms=_sms(settings.sms) if settings.HasField("sms") else None,
        lead_hours={
            UUID(each.branch_id) if each.branch_id else None: each.hours_before for each in settings.reminders
        },
        night=_night(settings),
        own_words=_own_words(settings),
    )


def _email(account: message_pb2.EmailAccount) -> EmailAccount:
    return EmailAccount(
        sender=account.sender,
        sender_name=account.sender_name,
        reply_to=account.reply_to,
        host=account.host,
        port=account.port,
        security=account.security,
        username=account.username,
        password=account.password,
    )


def _sms(account: message_pb2.SmsAccount) -> SmsAccount:
    return SmsAccount(account.provider, account.url, account.sender, account.key)


def _night(settings: message_pb2.MessageSettings) -> Night | None:
    if not settings.quiet_from:
        return None
    return Night(time.fromisoformat(settings.quiet_from), time.fromisoformat(settings.quiet_until))


def _own_words(settings: message_pb2.MessageSettings) -> Mapping[tuple[str, Kind, Channel], Words]:
    return {
        (each.language, _KINDS[each.kind], _CHANNELS[each.channel]): Words(each.subject, each.text)
        for each in settings.texts
        if each.kind in _KINDS and each.channel in _CHANNELS
    }
