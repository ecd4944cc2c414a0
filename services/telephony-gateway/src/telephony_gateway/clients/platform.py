"""Retell's own list of calls: what it says of calls whose end we were never told of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from retell import AsyncRetell

TIMEOUT_S = 20.0
_OVER = frozenset({"ended", "error", "not_connected"})


class PlatformUnreachableError(Exception):
    """Retell did not answer, or not as its library understands it."""


@dataclass(frozen=True)
class PlatformCall:
    """A call that is over, as Retell knows it."""

    ended_at: datetime | None
    call: Mapping[str, Any]
    """The call object, as in a webhook."""


class Platform:
    """All workspaces, asked with the first key of each; none where no address is set: then calls end by their age."""

    def __init__(
        self, base_url: str, keys: Sequence[str], *, http_client: httpx.AsyncClient | None = None
    ) -> None:
        self._clients = [_client(base_url, key, http_client) for key in keys if base_url]

    async def ended(self, call_ids: Sequence[str]) -> dict[str, PlatformCall]:
        """Those that are over. Raises PlatformUnreachableError."""
        found: dict[str, PlatformCall] = {}
        for client in self._clients:
            try:
                answer = await client.call.list(
                    filter_criteria={"call_id": {"op": "in", "type": "enum", "value": list(call_ids)}},
                    limit=len(call_ids),
                )
            except (_library_error(), httpx.HTTPError) as error:
                raise PlatformUnreachableError(type(error).__name__) from error
            calls = [item.to_dict(mode="json") for item in answer.items or ()]
            found |= {str(one["call_id"]): _call(one) for one in calls if one.get("call_status") in _OVER}
        return {call_id: call for call_id, call in found.items() if call_id in call_ids}

    async def close(self) -> None:
        """Hang up."""
        for client in self._clients:
            await client.close()


def _call(call: Mapping[str, Any]) -> PlatformCall:
    ended = call.get("end_timestamp")
    at = datetime.fromtimestamp(ended / 1000, UTC) if isinstance(ended, int | float) and ended > 0 else None
    return PlatformCall(at, call)


def _client(base_url: str, key: str, http_client: httpx.AsyncClient | None) -> "AsyncRetell":
    # Loading the library takes longer than all the rest of a start, and few installations need it.
    from retell import AsyncRetell  # noqa: PLC0415

    return AsyncRetell(
        api_key=key, base_url=base_url, timeout=TIMEOUT_S, max_retries=0, http_client=http_client
    )


def _library_error() -> type[Exception]:
    from retell import RetellError  # noqa: PLC0415

    return RetellError
