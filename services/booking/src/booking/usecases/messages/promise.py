"""Say which way a message will go, so that nobody on the phone is promised one that does not come."""

import asyncio
import logging

from booking.domain.appointment import Appointment
from booking.domain.messages.contact import Contact, way_to
from booking.domain.messages.message import Channel
from booking.errors import RegistryUnavailableError
from booking.usecases.messages.ports import Contacts, Setups
from chassis.errors import StorageUnavailableError

_log = logging.getLogger(__name__)
PATIENCE_S = 0.3
"""The caller waits; without an answer in this time nothing is promised, and the message is sent all the same."""


class Promises:
    """The use case; judges as noting down does."""

    def __init__(self, contacts: Contacts, setups: Setups) -> None:
        self._contacts, self._setups = contacts, setups

    async def about(self, appointment: Appointment, contact: Contact | None = None) -> Channel | None:
        """The channel on which the customer will be told what has just happened; None: nothing can be promised.
        ``contact``: how they can be reached, where that is known already."""
        try:
            if self._setups.is_silent(appointment.tenant_id):
                return None
            async with asyncio.timeout(PATIENCE_S):
                return await self._channel(appointment, contact)
        except (RegistryUnavailableError, StorageUnavailableError, TimeoutError):
            return None
        except Exception:  # noqa: BLE001 - after the commit
            # It is booked already: whatever is wrong with an extra, the caller must not hear that it failed.
            _log.exception("nothing can be promised, by a fault of ours")
            return None

    async def _channel(self, appointment: Appointment, known: Contact | None) -> Channel | None:
        setup = await self._setups.of(appointment.tenant_id)
        if setup is None or not setup.channels:
            return None
        contact = known or await self._contacts.contact(
            appointment.tenant_id, appointment.customer.customer_id
        )
        way = way_to(contact, setup.channels) if contact else None
        return way.channel if way else None
