"""Sends SMS through providers that speak HTTP: one seam, one dialect a provider."""

import json
import logging
from datetime import timedelta
from typing import Any, Protocol

import httpx

from booking.domain.messages.message import Delivery, Outcome
from booking.domain.messages.setup import Setup, SmsAccount
from booking.domain.messages.wording import one_line
from booking.usecases.messages.ports import Parcel

TIMEOUT_S = 15.0
ANSWER_BYTES_MAX = 64 * 1024
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class Dialect(Protocol):
    """How one provider is spoken to."""

    repeat_within: timedelta
    """How long it keeps a second request from becoming a second SMS."""

    def request(self, account: SmsAccount, parcel: Parcel) -> httpx.Request:
        """The request that sends."""
        ...

    def outcome(self, status: int, body: Any) -> Delivery:  # noqa: ANN401 - whatever JSON it is
        """What its answer means. ``body`` None: no JSON."""
        ...


class Seven:
    """https://docs.seven.io/en/rest-api/endpoints/sms"""

    url = "https://gateway.seven.io/api/sms"
    # Its reload lock refuses the same text to the same number for 180 seconds.
    repeat_within = timedelta(minutes=2)
    _LOCKED = "402"
    # Money, keys and limits are things that somebody can put right; the number and the text are not.
    _REFUSED = frozenset({"201", "202", "301", "305", "306", "401", "403"})
    _TAKEN = "100"

    def request(self, account: SmsAccount, parcel: Parcel) -> httpx.Request:
        """A POST with the reference of ours in foreign_id."""
        content = {
            "to": parcel.address,
            "from": account.sender,
            "text": parcel.words.text,
            "foreign_id": str(parcel.message_id),
        }
        headers = {"X-Api-Key": account.key, "Accept": "application/json"}
        return httpx.Request("POST", account.url or self.url, json=content, headers=headers)

    def outcome(self, status: int, body: Any) -> Delivery:  # noqa: ANN401 - see Dialect
        """HTTP tells little; the code in the answer counts, which is an object or a bare number."""
        code = str(body.get("success", "")) if isinstance(body, dict) else str(body or "")
        if code == self._TAKEN:
            return Delivery(Outcome.SENT, receipt=_first_id(body))
        if code == self._LOCKED:
            return Delivery(Outcome.SENT, "the provider has it already")
        if code in self._REFUSED:
            return Delivery(Outcome.REFUSED, f"seven: {code}")
        if code.isdigit() and code not in {"600", "700"}:
            return Delivery(Outcome.NOT_SENT, f"seven: {code}")
        return _by_status(status, "seven")


class Webhook:
    """A provider, or something before one, that takes ``{"from", "to", "text", "reference"}``.

    The key is the bearer token; the reference is also the Idempotency-Key, under which a repetition must be answered as
    the first request was. An ``id`` in the answer is kept.
    """

    repeat_within = timedelta.max

    def request(self, account: SmsAccount, parcel: Parcel) -> httpx.Request:
        """The POST."""
        reference = str(parcel.message_id)
        content = {
            "from": account.sender,
            "to": parcel.address,
            "text": parcel.words.text,
            "reference": reference,
        }
        headers = {"Authorization": f"Bearer {account.key}", "Idempotency-Key": reference}
        return httpx.Request("POST", account.url, json=content, headers=headers)

    def outcome(self, status: int, body: Any) -> Delivery:  # noqa: ANN401 - see Dialect
        """By the status of HTTP."""
        if status < 300:
            receipt = body.get("id", "") if isinstance(body, dict) else ""
            return Delivery(Outcome.SENT, receipt=one_line(str(receipt))[:200])
        return _by_status(status, "webhook")


_DIALECTS: dict[str, Dialect] = {"seven": Seven(), "webhook": Webhook()}
_CAN_BE_PUT_RIGHT = {401, 402, 403, 407, 408, 425, 429}


def _by_status(status: int, name: str) -> Delivery:
    why = f"{name}: HTTP {status}"
    if status >= 500 or status < 400:
        # Whoever answers so may have passed it on before, or is not who was asked.
        return Delivery(Outcome.UNKNOWN if status >= 500 or status < 300 else Outcome.NOT_SENT, why)
    return Delivery(Outcome.NOT_SENT if status in _CAN_BE_PUT_RIGHT else Outcome.REFUSED, why)


def _first_id(body: Any) -> str:  # noqa: ANN401 - whatever JSON it is
    messages = body.get("messages") if isinstance(body, dict) else None
    first = messages[0] if isinstance(messages, list) and messages else None
    return one_line(str(first.get("id") or ""))[:200] if isinstance(first, dict) else ""


class SmsCarrier:
    """The way out for SMS."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    def repeat_within(self, setup: Setup) -> timedelta:
        """As the provider's dialect has it."""
        dialect = _DIALECTS.get(setup.sms.provider) if setup.sms else None
        return dialect.repeat_within if dialect else timedelta()

    async def send(self, parcel: Parcel, setup: Setup) -> Delivery:
        """Once the request has gone out, only an answer tells what came of it."""
        account = setup.sms
        dialect = _DIALECTS.get(account.provider) if account else None
        if account is None or dialect is None:
            return Delivery(Outcome.REFUSED, "no provider of SMS that is known here")
        try:
            answer = await self._http.send(dialect.request(account, parcel))
        except _NEVER_SENT as error:
            return Delivery(Outcome.NOT_SENT, type(error).__name__)
        except httpx.HTTPError as error:
            return Delivery(Outcome.UNKNOWN, type(error).__name__)
        return dialect.outcome(answer.status_code, _json(answer.content))


def sms_http(*, timeout_s: float = TIMEOUT_S) -> httpx.AsyncClient:
    """The client for all providers; a redirection is not followed, since the key would go along."""
    # It logs each URL.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    return httpx.AsyncClient(timeout=timeout_s, follow_redirects=False)


def _json(content: bytes) -> Any:  # noqa: ANN401 - whatever JSON it is
    if len(content) > ANSWER_BYTES_MAX:
        return None
    try:
        return json.loads(content)
    except ValueError:
        return None
