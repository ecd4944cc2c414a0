"""Templates into answers. Everything is escaped; an unknown name in a template is an error, not an empty string."""

import hashlib
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from google.protobuf.message import Message
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import QueryParams

from rufbuch.staff.v1 import resolution_pb2

if TYPE_CHECKING:
    from console.pages.visit import Visit

SECTIONS = ("today", "calls", "calendar", "callbacks", "messages")
"""What the menu leads to, in its order."""
MORE_SECTIONS = ("people", "customers", "sync", "health")
"""What is not needed every day: one touch further away."""
ONLY_FOR = {"customers": "privacy"}
"""Sections that are shown to those who may do something there."""


class Renderer:
    """One for the process."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=PackageLoader("console"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True, auto_reload=False,
        )  # fmt: skip
        # A new build has new addresses, so browsers may keep the old files for ever.
        self._templates.globals.update(
            assets=_digest_of_assets(),
            sections=SECTIONS,
            more_sections=MORE_SECTIONS,
            only_for=ONLY_FOR,
            state_name=state_name,
            advice_name=resolution_pb2.DuplicateAdvice.Name,
            reason_name=resolution_pb2.DuplicateReasonKind.Name,
        )
        self._templates.filters["without"] = without

    def page(
        self, request: Request, template: str, visit: "Visit", *, status: int = 200, **values: object
    ) -> Response:
        """A page for somebody who is signed in."""
        said = visit.texts.said(request.query_params.get("said", ""))
        return self._html(
            template, status, {"request": request, "visit": visit, "t": visit.texts, "said": said, **values}
        )

    def bare(self, request: Request, template: str, *, status: int = 200, **values: object) -> Response:
        """A page for anybody; needs ``t``."""
        return self._html(template, status, {"request": request, "visit": None, "said": "", **values})

    def _html(self, template: str, status: int, values: dict[str, object]) -> Response:
        return HTMLResponse(self._templates.get_template(template).render(values), status_code=status)


def without(query: QueryParams, *names: str) -> str:
    """The rest of a query, to be continued: "a=1&b=2&", or ""."""
    rest = [(name, value) for name, value in query.multi_items() if name not in names]
    return f"{urlencode(rest)}&" if rest else ""


def state_name(message: Message) -> str:
    """The name of a message's ``state``, e.g. "CALL_STATE_ENDED"."""
    states = message.DESCRIPTOR.fields_by_name["state"].enum_type
    number = {field.name: value for field, value in message.ListFields()}.get("state", 0)
    value = states and states.values_by_number.get(number)
    return value.name if value else "unknown"


def _digest_of_assets() -> str:
    digest = hashlib.sha256()
    for name in ("style.css", "vendor/htmx.min.js", "vendor/htmx-sse.min.js"):
        digest.update((resources.files("console") / "static" / name).read_bytes())
    return digest.hexdigest()[:12]
