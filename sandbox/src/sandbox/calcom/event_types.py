"""Event types (2024-06-14): make, list, change, delete."""

from typing import Any

from sandbox.calcom.errors import NestError, bad_request, not_found
from sandbox.calcom.event_type_input import read_change, read_new, refuse_old_version
from sandbox.calcom.gate import Call, Reply, ok
from sandbox.calcom.model import EventType, User
from sandbox.calcom.store import Store
from sandbox.calcom.validation import object_body

Json = dict[str, Any]

_SLUG_TAKEN = "User already has an event type with this slug."


async def create(call: Call) -> Reply:
    store, owner = call.world.store, call.key_owner
    fields = read_new(object_body(call.body))
    _require_free_slug(store, owner, str(fields["slug"]), except_id=None)
    event_type = EventType(id=store.next_number("event type"), owner_id=owner.id, fields=fields)
    store.event_types.put(event_type)
    return ok(shown(call, event_type), 201)


async def create_in_old_version(call: Call) -> Reply:
    refuse_old_version(object_body(call.body))
    raise NestError(501, "The stand-in does not play version 2024-04-15 of this route.")


async def list_all(call: Call) -> Reply:
    """By username for everybody; one's own with a key. Hidden ones only for their owner."""
    query = call.request.query_params
    owner = call.world.store.users.get(query["username"]) if "username" in query else call.user
    slug = query.get("eventSlug")
    visible = [
        event_type
        for event_type in call.world.store.event_types.all()
        if owner is not None
        and event_type.owner_id == owner.id
        and event_type.team is None
        and (slug in (None, event_type.slug))
        and (owner == call.user or not event_type.hidden)
    ]
    return ok([shown(call, event_type) for event_type in visible])


async def get(call: Call) -> Reply:
    return ok(shown(call, _own(call)))


async def change(call: Call) -> Reply:
    event_type = _own(call)
    changes = read_change(object_body(call.body))
    if "slug" in changes:
        _require_free_slug(call.world.store, call.key_owner, str(changes["slug"]), except_id=event_type.id)
    changed = event_type.model_copy(update={"fields": {**event_type.fields, **changes}})
    call.world.store.event_types.put(changed)
    return ok(shown(call, changed))


async def delete(call: Call) -> Reply:
    event_type = _own(call)
    call.world.store.event_types.remove(str(event_type.id))
    summary = {"id": event_type.id, "lengthInMinutes": event_type.length_min}
    return ok({**summary, "slug": event_type.slug, "title": event_type.title})


def find(store: Store, selector: Json) -> EventType | None:
    """By `eventTypeId`, or by `eventTypeSlug` and `username`."""
    if selector.get("eventTypeId") is not None:
        return store.event_types.get(selector["eventTypeId"])
    owner = store.users.get(selector.get("username"))
    return next(
        (
            event_type
            for event_type in store.event_types.all()
            if owner and event_type.owner_id == owner.id and event_type.slug == selector.get("eventTypeSlug")
        ),
        None,
    )


def shown(call: Call, event_type: EventType) -> Json:
    fields, owner = event_type.fields, call.world.store.user(event_type.owner_id)
    options = event_type.length_options_min
    lengths: Json = {"lengthInMinutes": event_type.length_min}
    if options:
        lengths["lengthInMinutesOptions"] = options
    constants: Json = {
        "recurrence": None,
        "metadata": {"multipleDuration": options} if options else {},
        "price": 0,
        "currency": "usd",
        "forwardParamsSuccessRedirect": True,
        "isInstantEvent": False,
        "users": [_shown_owner(owner)],
        "seats": {"disabled": True},
        "bookingUrl": f"{call.world.settings.base_url}/{owner.username}/{event_type.slug}",
    }
    if event_type.team:
        del constants["users"], constants["bookingUrl"]
        hosts = [call.world.store.user(host_id) for host_id in event_type.team.host_ids]
        constants |= {
            "teamId": event_type.team.id,
            "schedulingType": event_type.team.scheduling,
            "hosts": [{"userId": host.id, "name": host.name, "username": host.username} for host in hosts],
        }
    settable = {name: value for name, value in fields.items() if name != "lengthInMinutesOptions"}
    whose = {} if event_type.team else {"ownerId": owner.id}
    return {"id": event_type.id, **whose, **lengths, **settable, **constants}


def _shown_owner(owner: User) -> Json:
    return {
        "id": owner.id,
        "name": owner.name,
        "username": owner.username,
        "avatarUrl": None,
        "brandColor": None,
        "darkBrandColor": None,
        "weekStart": "Sunday",
        "metadata": {},
    }


def _own(call: Call) -> EventType:
    """Somebody else's is not there."""
    event_type = call.world.store.event_types.get(call.part("id"))
    if event_type is None or event_type.owner_id != call.key_owner.id:
        raise not_found(f"Event type with id {call.part('id')} not found")
    return event_type


def _require_free_slug(store: Store, owner: User, slug: str, *, except_id: int | None) -> None:
    for other in store.event_types.all():
        if other.owner_id == owner.id and other.slug == slug and other.id != except_id:
            raise bad_request(_SLUG_TAKEN)
