"""All pages there are, from the application's own routes, so that a new one is looked at by everybody who looks at all."""

import re
from collections.abc import Mapping, Sequence

from fastapi.routing import APIRoute

from console.pages.app import ROUTERS

SHOWN_IN = {
    "/sign-in": ("", "?then=/calls"),
    "/calls/{call_id}": ("", "?personal=true"),
    "/calendar": ("", "?person={person_id}", "?day={day}", "?day={day}&person={person_id}"),
    "/calendar/why": ("", "?service={service_id}&when={day}T15:00", "?service={service_id}&when={day}T15:00&person={person_id}"),
    "/people/plan": ("?kind=merge&stays={stays}&goes={goes}",),
    "/sync": ("", "?closed=true"),
}  # fmt: skip
"""What else of a page looks different, as queries."""


class NoExampleError(LookupError):
    """A page needs a value that nobody has given: add it to the examples."""


def paths() -> list[str]:
    """The path of each page, as it is routed."""
    return sorted(
        route.path
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and route.include_in_schema
    )


def addresses(examples: Mapping[str, str]) -> Sequence[str]:
    """Where each page is seen in each of its forms, with these values for its gaps. Raises NoExampleError."""
    return [_filled(path + query, examples) for path in paths() for query in SHOWN_IN.get(path, ("",))]


def _filled(address: str, examples: Mapping[str, str]) -> str:
    def value(gap: re.Match[str]) -> str:
        if gap[1] not in examples:
            raise NoExampleError(f"{address}: no example of {gap[1]}")
        return examples[gap[1]]

    return re.sub(r"\{(\w+)\}", value, address)
