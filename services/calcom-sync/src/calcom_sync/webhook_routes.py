"""The HTTP that Cal.com calls. It waits for us inside its own request, so nothing here waits for anything but the database."""

from uuid import UUID

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from calcom_sync.usecases.ports import Clock, Directory, SetupUnavailableError
from calcom_sync.usecases.receive_webhook import Keeper, Received, receive_webhook
from chassis import rows
from chassis.errors import StorageUnavailableError
from chassis.postgres import reaching_storage
from signals.metrics import Age, Counter

SIGNATURE = "X-Cal-Signature-256"
BODY_MAX = 256 * 1024
OUTCOMES = (*(one.value for one in Received), "too_large", "unavailable")
_received = Counter("rufbuch_calcom_sync_webhooks", "Webhooks by what became of them", {"outcome": OUTCOMES})
_age = Age(
    "rufbuch_calcom_sync_webhook_age_seconds",
    "Since the last webhook of Cal.com that was believed, or since the start",
)
_STATUSES = {
    Received.STORED: 200,
    Received.REPEATED: 200,
    Received.UNVERIFIED: 202,
    Received.UNSIGNED: 401,
    Received.UNKNOWN_TENANT: 404,
}

_BELIEVED = frozenset({Received.STORED.value, Received.REPEATED.value})


def webhook_routes(directory: Directory, keeper: Keeper, clock: Clock) -> list[BaseRoute]:
    """``POST /calcom/webhook/{tenant}``: 200 stored, 202 stored but not verified yet, 401 not signed, 404 no
    such business, 413 too large, 503 not now: the database is out of reach."""

    async def webhook(request: Request) -> Response:
        body = await _bounded_body(request)
        if body is None:
            return _answer("too_large", 413)
        tenant_id = _tenant(request.path_params["tenant"])
        if tenant_id is None:
            return _answer(Received.UNKNOWN_TENANT.value, 404)
        signature = request.headers.get(SIGNATURE, "")
        try:
            with rows.only_of(tenant_id), reaching_storage():
                received = await receive_webhook(
                    tenant_id, body, signature, directory=directory, keeper=keeper, now=clock.now()
                )
        except (SetupUnavailableError, StorageUnavailableError):
            return _answer("unavailable", 503)
        return _answer(received.value, _STATUSES[received])

    return [Route("/calcom/webhook/{tenant}", webhook, methods=["POST"])]


def _answer(outcome: str, status: int) -> Response:
    _received.labels(outcome).inc()
    if outcome in _BELIEVED:
        _age.renew()
    return JSONResponse({"status": outcome}, status_code=status)


def _tenant(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _bounded_body(request: Request) -> bytes | None:
    """None where it is too large, told or found out; or where the sender went away."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_MAX:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)
