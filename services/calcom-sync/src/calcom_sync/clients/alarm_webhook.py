"""Tells of alarms by a signed webhook, and calls whoever alarms when no sign of life comes."""

import hashlib
import hmac
import json
from datetime import datetime

import httpx

from calcom_sync.domain.notices import Delivery, Notice, Outcome
from calcom_sync.usecases.ports import Clock

TIMEOUT_S = 10.0
_BEFORE_IT_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class AlarmWebhook:
    """One channel. ``X-Rufbuch-Signature: sha256=<hex>`` is the HMAC of ``<X-Rufbuch-Timestamp>.<body>``; the
    ``Idempotency-Key`` is the same in every attempt."""

    def __init__(self, http: httpx.AsyncClient, *, url: str, secret: str, clock: Clock) -> None:
        self._http, self._url, self._secret, self._clock = http, url, secret, clock

    async def send(self, notice: Notice) -> Delivery:
        """2xx: it has arrived."""
        body = json.dumps(_told(notice), ensure_ascii=False).encode()
        timestamp = str(round(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": str(notice.notice_id),
            "X-Rufbuch-Timestamp": timestamp,
            "X-Rufbuch-Signature": signature_of(body, timestamp, self._secret),
        }
        try:
            answer = await self._http.post(self._url, content=body, headers=headers, timeout=TIMEOUT_S)
        except _BEFORE_IT_LEFT as error:
            return Delivery(Outcome.NOT_SENT, type(error).__name__)
        except httpx.HTTPError as error:
            return Delivery(Outcome.UNKNOWN, type(error).__name__)
        outcome = Outcome.SENT if answer.is_success else Outcome.NOT_SENT
        return Delivery(outcome, str(answer.status_code))


def signature_of(body: bytes, timestamp: str, secret: str) -> str:
    """What the header says."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


def _told(notice: Notice) -> dict[str, str]:
    return {
        "notice_id": str(notice.notice_id),
        "about": notice.about.value,
        "alarm": notice.name,
        "severity": notice.severity.value,
        "subject": notice.subject,
        "detail": notice.detail,
        "summary": notice.summary,
        "summary_de": notice.summary_de,
        "since": _iso(notice.since),
        "created_time": _iso(notice.created_at),
        "runbook": notice.runbook,
    }


def _iso(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")


class Heartbeat:
    """A dead man's switch: it alarms when nobody calls it."""

    def __init__(self, http: httpx.AsyncClient, url: str) -> None:
        self._http, self._url = http, url

    async def beat(self) -> bool:
        """Whether it was heard."""
        try:
            return (await self._http.get(self._url, timeout=TIMEOUT_S)).is_success
        except httpx.HTTPError:
            return False
