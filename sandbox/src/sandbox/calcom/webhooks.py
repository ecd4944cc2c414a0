"""Webhook subscriptions of a user and of an event type."""

from typing import Any

from sandbox.calcom.errors import NestError, ValidatorListError, listed, not_found
from sandbox.calcom.gate import Call, Reply, ok
from sandbox.calcom.model import Webhook
from sandbox.calcom.validation import object_body

Json = dict[str, Any]

TRIGGERS = (
    "BOOKING_CREATED",
    "BOOKING_PAYMENT_INITIATED",
    "BOOKING_PAID",
    "BOOKING_RESCHEDULED",
    "BOOKING_REQUESTED",
    "BOOKING_CANCELLED",
    "BOOKING_REJECTED",
    "BOOKING_NO_SHOW_UPDATED",
    "FORM_SUBMITTED",
    "MEETING_ENDED",
    "MEETING_STARTED",
    "RECORDING_READY",
    "INSTANT_MEETING",
    "RECORDING_TRANSCRIPTION_GENERATED",
    "OOO_CREATED",
    "AFTER_HOSTS_CAL_VIDEO_NO_SHOW",
    "AFTER_GUESTS_CAL_VIDEO_NO_SHOW",
    "FORM_SUBMITTED_NO_EVENT",
    "DELEGATION_CREDENTIAL_ERROR",
)
_PROPERTIES = ("active", "subscriberUrl", "triggers", "secret", "payloadTemplate", "version")
_URL_TAKEN = "Webhook with this subscriber url already exists for this {}"


async def create(call: Call) -> Reply:
    """For the key's owner, or for the event type in the path."""
    body = _read(call.body, required=True)
    event_type_id = _event_type_id(call)
    owner = None if event_type_id is not None else call.key_owner.id
    _require_free_url(call, body["subscriberUrl"], except_id=None)
    hook = Webhook(
        id=call.world.new_uuid("webhook"),
        user_id=owner,
        event_type_id=event_type_id,
        subscriber_url=body["subscriberUrl"],
        triggers=tuple(body["triggers"]),
        active=body["active"],
        secret=body.get("secret"),
        payload_template=body.get("payloadTemplate"),
    )
    call.world.store.webhooks.put(hook)
    return ok(_shown(hook), 201)


async def list_all(call: Call) -> Reply:
    return ok([_shown(hook) for hook in _siblings(call)])


async def get(call: Call) -> Reply:
    return ok(_shown(_own(call)))


async def change(call: Call) -> Reply:
    hook, body = _own(call), _read(call.body, required=False)
    if "subscriberUrl" in body:
        _require_free_url(call, body["subscriberUrl"], except_id=hook.id)
    names = {"subscriberUrl": "subscriber_url", "payloadTemplate": "payload_template"}
    changes = {names.get(name, name): value for name, value in body.items() if name != "version"}
    if "triggers" in changes:
        changes["triggers"] = tuple(changes["triggers"])
    changed = hook.model_copy(update=changes)
    call.world.store.webhooks.put(changed)
    return ok(_shown(changed))


async def delete(call: Call) -> Reply:
    hook = _own(call)
    call.world.store.webhooks.remove(hook.id)
    return ok(_shown(hook))


async def delete_all(call: Call) -> Reply:
    """Those of one event type."""
    hooks = _siblings(call)
    call.world.store.webhooks.remove(*(hook.id for hook in hooks))
    return ok(f"{len(hooks)} webhooks deleted")


def _read(raw: object, *, required: bool) -> Json:
    """Unknown properties are dropped here, not refused."""
    body = {name: value for name, value in object_body(raw).items() if name in _PROPERTIES}
    checks: list[tuple[str, bool, Json]] = [
        ("active", isinstance(body.get("active"), bool), {"isBoolean": "active must be a boolean value"}),
        ("subscriberUrl", _is_url(body), {"isUrl": "subscriberUrl must be a URL address"}),
        ("triggers", _are_triggers(body), {"isEnum": _trigger_rule()}),
    ]
    errors = [
        listed(body, prop, rule, **({"value": body[prop]} if prop in body else {}))
        for prop, good, rule in checks
        if not good and (required or prop in body)
    ]
    if errors:
        raise ValidatorListError(errors)
    return body


def _is_url(body: Json) -> bool:
    url = body.get("subscriberUrl")
    return isinstance(url, str) and url.startswith(("http://", "https://"))


def _are_triggers(body: Json) -> bool:
    triggers = body.get("triggers")
    return isinstance(triggers, list) and all(trigger in TRIGGERS for trigger in triggers)


def _trigger_rule() -> str:
    return f"each value in triggers must be one of the following values: {', '.join(TRIGGERS)}"


def _event_type_id(call: Call) -> int | None:
    """The event type of the path, which must be the key owner's; None on the user's own routes."""
    if "id" not in call.request.path_params:
        return None
    event_type = call.world.store.event_types.get(call.part("id"))
    if event_type is None or event_type.owner_id != call.key_owner.id:
        raise not_found(f"Event type with id {call.part('id')} not found")
    return event_type.id


def _siblings(call: Call) -> list[Webhook]:
    event_type_id = _event_type_id(call)
    hooks = call.world.store.webhooks.all()
    if event_type_id is not None:
        return [hook for hook in hooks if hook.event_type_id == event_type_id]
    return [hook for hook in hooks if hook.user_id == call.key_owner.id]


def _own(call: Call) -> Webhook:
    wanted = call.part("hook")
    hook = next((hook for hook in _siblings(call) if hook.id == wanted), None)
    if hook is None:
        raise not_found(f"Webhook ({wanted}) not found")
    return hook


def _require_free_url(call: Call, url: str, *, except_id: str | None) -> None:
    for hook in _siblings(call):
        if hook.subscriber_url == url and hook.id != except_id:
            raise NestError(409, _URL_TAKEN.format("user" if hook.user_id else "event type"))


def _shown(hook: Webhook) -> Json:
    owner = {"userId": hook.user_id} if hook.user_id else {"eventTypeId": hook.event_type_id}
    return {
        "id": hook.id,
        "payloadTemplate": hook.payload_template,
        "triggers": list(hook.triggers),
        "subscriberUrl": hook.subscriber_url,
        "active": hook.active,
        **({"secret": hook.secret} if hook.secret else {}),
        **owner,
    }
