"""Sending webhooks: before the answer, awaited, signed, once."""

import asyncio
import hashlib
import hmac
import json
from typing import Any

import httpx

from sandbox.calcom.gate import Call
from sandbox.calcom.model import Booking, Webhook
from sandbox.calcom.store import Store
from sandbox.calcom.times import iso_millis
from sandbox.calcom.world import World

Json = dict[str, Any]

VERSION = "2021-10-20"


async def fire(call: Call, booking: Booking, trigger: str, payload: Json) -> None:
    """Returns when every receiver has answered or failed; what they answer does not matter."""
    copies = call.effects.copies()
    store = call.world.store
    subscribed = [hook for hook in store.webhooks.all() if _wants(store, hook, booking, trigger)]
    body = {"triggerEvent": trigger, "createdAt": iso_millis(call.world.now()), "payload": payload}
    raw = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    await asyncio.gather(*(_send(call.world, hook, raw, trigger, booking) for hook in subscribed * copies))


def signature(secret: str | None, raw: bytes) -> str:
    if not secret:
        return "no-secret-provided"
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def _wants(store: Store, hook: Webhook, booking: Booking, trigger: str) -> bool:
    event_type = store.event_types.get(booking.event_type_id)
    # Those of a user do not fire for a team's event types.
    personal = event_type is None or event_type.team is None
    concerned = (personal and hook.user_id == booking.host_id) or hook.event_type_id == booking.event_type_id
    return hook.active and trigger in hook.triggers and concerned


async def _send(world: World, hook: Webhook, raw: bytes, trigger: str, booking: Booking) -> None:
    headers = {
        "Content-Type": "application/json",
        "X-Cal-Signature-256": signature(hook.secret, raw),
        "X-Cal-Webhook-Version": VERSION,
        "User-Agent": "node",
    }
    status: int | None = None
    try:
        response = await world.http.post(hook.subscriber_url, content=raw, headers=headers)
        status = response.status_code
    except (httpx.HTTPError, httpx.InvalidURL):
        # The original ignores a receiver that refuses or breaks.
        pass
    world.log.delivered(trigger, hook.subscriber_url, booking.uid, status, world.now())
