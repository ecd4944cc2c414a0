"""The application: routes, headers, and what becomes of each error."""

from collections.abc import Awaitable, Callable
from importlib import resources
from urllib.parse import quote

import grpc
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from chassis.errors import StorageUnavailableError
from chassis.grpc_client import fault_of
from chassis.http_server import operations_routes
from console.errors import ForbiddenError, ForgedRequestError, NotFoundError, SignInNeededError
from console.pages import (
    account,
    businesses,
    calendar,
    callbacks,
    calls,
    copies,
    customers,
    health,
    messages,
    people,
    provider,
    resolving,
    sign_in,
    today,
    waiting,
)
from console.pages.bounded import Bounded
from console.pages.parts import Parts, parts_of
from console.pages.sign_in import SEE_OTHER, texts_of
from console.pages.texts import Texts
from console.pages.visit import Visit

# No script and no style from anywhere but our own files; nobody may frame the pages.
HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'; object-src 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
PAGES = (
    account, provider, sign_in, today, calls, calendar, callbacks, waiting, messages, people, resolving, copies, customers, health,
    businesses,
)  # fmt: skip
ROUTERS = tuple(page.router for page in PAGES)
KEPT_FOR_EVER = "public, max-age=31536000, immutable"


def build_app(parts: Parts, missing: Callable[[], dict[str, str]]) -> FastAPI:
    """All pages over these parts."""
    app = FastAPI(title="Rufbuch", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.parts = parts
    app.router.routes.extend(operations_routes(missing))
    app.mount(
        "/static/{build}", StaticFiles(directory=str(resources.files("console") / "static")), name="static"
    )
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(Bounded, refusal=_too_large)
    app.middleware("http")(_with_headers)
    _map_errors(app)
    return app


async def _with_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    answer = await call_next(request)
    answer.headers.update(HEADERS)
    if not parts_of(request).settings.console_insecure_cookies:
        answer.headers["strict-transport-security"] = "max-age=31536000"
    is_asset = request.url.path.startswith("/static/") and answer.status_code == 200
    answer.headers.setdefault("cache-control", KEPT_FOR_EVER if is_asset else "no-store")
    return answer


def _map_errors(app: FastAPI) -> None:
    app.add_exception_handler(SignInNeededError, _to_the_sign_in)
    for error, status, key in (
        (ForbiddenError, 403, "error.forbidden"),
        (ForgedRequestError, 403, "error.forged"),
        (NotFoundError, 404, "error.not_found"),
        (StorageUnavailableError, 503, "error.away"),
    ):
        app.add_exception_handler(error, _saying(status, key))
    app.add_exception_handler(grpc.aio.AioRpcError, _as_the_service_said)
    app.add_exception_handler(HTTPException, _as_a_page)
    app.add_exception_handler(RequestValidationError, _malformed)


async def _to_the_sign_in(request: Request, _: Exception) -> Response:
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    target = f"/sign-in?then={quote(path, safe='')}" if request.method == "GET" else "/sign-in"
    if request.headers.get("hx-request"):
        # A redirect would put the sign-in into a part of the page.
        return Response(status_code=401, headers={"hx-redirect": "/sign-in"})
    return RedirectResponse(target, SEE_OTHER)


def _saying(status: int, key: str) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handler(request: Request, _: Exception) -> Response:
        return _page(request, status, _texts(request)(key))

    return handler


async def _as_the_service_said(request: Request, error: Exception) -> Response:
    if not isinstance(error, grpc.aio.AioRpcError):
        raise error
    t = _texts(request)
    if error.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}:
        return _page(request, 503, t("error.away_read" if request.method == "GET" else "error.away"))
    if error.code() is grpc.StatusCode.NOT_FOUND:
        return _page(request, 404, t("error.not_found"))
    reason = fault_of(error).reason
    if not reason:
        # Not a refusal but a bug, here or there: loud.
        raise error
    return _page(request, 409, t("error.refused", reason=t.reason(reason)))


async def _as_a_page(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _page(request, status, _texts(request)("error.not_found"))


async def _malformed(request: Request, _: Exception) -> Response:
    return _page(request, 400, _texts(request)("error.malformed"))


async def _too_large(request: Request) -> Response:
    return _page(request, 413, _texts(request)("error.too_large"))


def _texts(request: Request) -> Texts:
    """In the language of whoever is signed in, and else of the browser."""
    visit: Visit | None = getattr(request.state, "visit", None)
    return visit.texts if visit else texts_of(request)


def _page(request: Request, status: int, words: str) -> Response:
    renderer, visit = parts_of(request).renderer, getattr(request.state, "visit", None)
    if visit:
        return renderer.page(request, "error.html", visit, status=status, words=words)
    return renderer.bare(request, "error.html", status=status, t=texts_of(request), words=words)
