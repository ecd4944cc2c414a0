"""What has been said in one call so far: what was offered, wished, named. Of this call alone, never of "the latest"."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

KEPT_MAX = 20
HEARD_MAX = 30
"""How many starts are remembered as heard; a call that goes on hears the oldest again."""


@dataclass(frozen=True)
class Window:
    """A span in which a start is welcome, half open; aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Offer:
    """A start that was read out to the caller."""

    option_id: str
    start: datetime
    service_id: str
    person_id: str
    moved_appointment_id: str = ""
    """The appointment that it would replace; "": it was offered as a new one."""
    people: tuple[str, ...] = ()
    """Of a visit of several services: who does them, in the order in which they begin; (): person_id alone."""

    @property
    def with_whom(self) -> tuple[str, ...]:
        """Ids of all who take part in it."""
        return self.people or (self.person_id,)


@dataclass(frozen=True)
class Doubted:
    """What is done only if the caller still wants it after she has been told something of it."""

    change: str
    appointment_id: str
    asked_at: datetime
    fee_minor: int = 0
    """What it costs, as she was told."""
    option_id: str = ""
    """Of a move: where to."""
    is_early_yes: bool = False
    """Whether a yes came with the wish already, which was none to this."""


@dataclass(frozen=True)
class EarlierWish:
    """What was looked for last."""

    service_id: str
    person_id: str
    """"": anybody."""
    start: datetime | None
    windows: tuple[Window, ...] = ()
    moved_appointment_id: str = ""
    more_service_ids: tuple[str, ...] = ()
    """Of a visit of several services: those after the first."""


@dataclass
class Session:
    """The notes of one call; use cases write into them, whoever serves the call keeps them."""

    offers: tuple[Offer, ...] = ()
    """The last ones, in the order in which they were read out."""
    vouchers: Mapping[str, bytes] = field(default_factory=dict)
    """What availability said of them for booking, by their ids; as it came."""
    heard: tuple[datetime, ...] = ()
    """Every start that was offered for the wish, this one and those before."""
    wish: EarlierWish | None = None
    name: str = ""
    doubtful_name: str = ""
    """What was heard in the name's place and is asked about; said again, it is believed."""
    name_fault: str = ""
    """Why that is asked about."""
    doubtful_number: str = ""
    """The same of a telephone number."""
    language: str = ""
    """BCP 47; "": the business's."""
    asked_option: str = ""
    """An option whose booking has begun and is not known to have ended."""
    asked_series: tuple[int, ...] = ()
    """Of that booking: every how many weeks, and how many dates; empty: one appointment."""
    kept: tuple[str, ...] = ()
    """Options that were to be booked on a voucher, and were not refused: what is held of them stays, since such a booking may be
    under way still, or its claim."""
    chosen_option: str = ""
    """An option that the caller has chosen, and was asked something else about before it could be booked."""
    chosen_series: tuple[int, ...] = ()
    """How often, as in asked_series."""
    choices: tuple[str, ...] = ()
    """Ids of the appointments that the caller was asked to choose from, in that order; "" stands for more that were not read out."""
    asked_services: tuple[str, ...] = ()
    """Ids of the services that the caller was asked to choose from last."""
    asked_visits: tuple[tuple[str, ...], ...] = ()
    """The same of visits of several services, of which the caller was asked which one was meant."""
    called_off: tuple[str, ...] = ()
    """Ids of the appointments that this call has called off, the last one last."""
    doubted: Doubted | None = None
    """What the caller was asked about last, before it is done."""
    as_read: dict[str, object] = field(default_factory=dict, compare=False, repr=False)
    """Its fields when it was read: only what has changed since is stored again."""

    def offer(self, option_id: str) -> Offer | None:
        """One of the offers."""
        return next((offer for offer in self.offers if offer.option_id == option_id), None)

    def voucher_of(self, option_id: str) -> bytes:
        """For one of the last offers; b"": there is none. Of an earlier one the call has let go."""
        return self.vouchers.get(option_id, b"") if self.offer(option_id) else b""

    def note_booking(self, option_id: str) -> bytes:
        """That an option is to be booked; its voucher."""
        voucher = self.voucher_of(option_id)
        if voucher and option_id not in self.kept:
            self.kept = (*self.kept, option_id)[-KEPT_MAX:]
        return voucher

    def note_refusal(self, option_id: str) -> None:
        """That it was not booked, and will not be."""
        self.kept = tuple(each for each in self.kept if each != option_id)

    def note_offers(
        self, wish: EarlierWish, offers: tuple[Offer, ...], vouchers: Mapping[str, bytes] | None = None
    ) -> None:
        """Remember what was looked for and read out; another service is another story."""
        same = (
            self.wish is not None
            and (self.wish.service_id, self.wish.more_service_ids, self.wish.moved_appointment_id)
            == (wish.service_id, wish.more_service_ids, wish.moved_appointment_id)
        )  # fmt: skip
        heard = (*(self.heard if same else ()), *(offer.start for offer in offers))
        self.vouchers, self.chosen_option, self.chosen_series = vouchers or {}, "", ()
        self.wish, self.offers, self.heard = wish, offers, tuple(dict.fromkeys(heard))[-HEARD_MAX:]
