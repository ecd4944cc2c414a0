"""In and out."""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from console.domain.deeds import Deed
from console.domain.sessions import LIFE_MAX, Session
from console.errors import ForgedRequestError, SignInRefusedError
from console.pages.parts import parts_of
from console.pages.texts import Texts, preferred
from console.pages.visit import COOKIE, Changer, from_our_page

router = APIRouter()
BEFORE_ANY_BUSINESS = ZoneInfo("Europe/Berlin")
SEE_OTHER = 303


def texts_of(request: Request) -> Texts:
    """For whoever is not known yet."""
    return Texts(preferred(request.headers.get("accept-language", "")), BEFORE_ANY_BUSINESS)


@router.get("/sign-in")
async def form(request: Request, then: str = "/") -> Response:
    """The form."""
    return _form(request, then=here(then))


@router.post("/sign-in")
async def sign_in(
    request: Request,
    email: Annotated[str, Form(max_length=254)] = "",
    password: Annotated[str, Form(max_length=2000)] = "",
    then: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """A session, or the form again."""
    if not from_our_page(request):
        raise ForgedRequestError("another site has sent this")
    parts = parts_of(request)
    try:
        token, session = await parts.doorkeeper.sign_in(email, password)
    except SignInRefusedError as refusal:
        return _form(
            request, then=here(then), status=401, email=email, until=refusal.details.get("until", "")
        )
    return await signed_in(request, token, session, here(then))


async def signed_in(request: Request, token: str, session: Session, target: str) -> Response:
    """On, with the cookie of a new session; that somebody has come in is written down."""
    parts = parts_of(request)
    deed = Deed(session.account_id, session.tenant_id, "sign_in", str(session.account_id), "")
    await parts.trail.end(await parts.trail.begin(deed, parts.clock.now()), "done")
    answer = RedirectResponse(target, SEE_OTHER)
    answer.set_cookie(
        COOKIE, token, max_age=int(LIFE_MAX.total_seconds()), httponly=True, samesite="lax",
        secure=not parts.settings.console_insecure_cookies,
    )  # fmt: skip
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, visit: Changer) -> Response:
    """Ends the session, here and in the database."""
    deed = visit.deed("sign_out", str(visit.account.account_id))
    parts = parts_of(request)
    await parts.trail.end(await parts.trail.begin(deed, parts.clock.now()), "done")
    await parts.doorkeeper.sign_out(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/sign-in", SEE_OTHER)
    answer.delete_cookie(COOKIE)
    return answer


def _form(request: Request, *, then: str, status: int = 200, email: str = "", until: str = "") -> Response:
    t = texts_of(request)
    fault = ""
    if status != 200:
        fault = (
            t("sign_in.locked", time=t.clock(datetime.fromisoformat(until))) if until else t("sign_in.wrong")
        )
    return parts_of(request).renderer.bare(
        request, "sign_in.html", status=status, t=t, then=then, email=email, fault=fault,
        provider=parts_of(request).provider is not None,
    )  # fmt: skip


def form_again(request: Request, *, then: str, key: str) -> Response:
    """The form, with the words of a key about what went wrong."""
    t, parts = texts_of(request), parts_of(request)
    return parts.renderer.bare(
        request,
        "sign_in.html",
        status=401,
        t=t,
        then=then,
        email="",
        fault=t(key),
        provider=parts.provider is not None,
    )


def here(then: str) -> str:
    """A path of this site: a link must not lead elsewhere by way of our sign-in."""
    try:
        parts = urlsplit(then)
    except ValueError:
        return "/"
    # Browsers take a backslash for a slash, and two of them for another host.
    if parts.scheme or parts.netloc or not then.startswith("/") or then.startswith("//") or "\\" in then:
        return "/"
    return then
