"""Signing in at another provider: out, and back."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from console.errors import NotFoundError, SignInRefusedError
from console.pages.parts import Parts, parts_of
from console.pages.sign_in import SEE_OTHER, form_again, here, signed_in
from console.usecases.through_provider import UNDER_WAY_MAX, ProviderSignIn

router = APIRouter()
BACK_FROM_PROVIDER = "/sign-in/provider/back"
KEPT = "rufbuch_sign_in"
"""The cookie that ties a sign-in under way to the browser that has begun it."""


@router.get("/sign-in/provider", include_in_schema=False)
async def begin(request: Request, then: str = "/") -> Response:
    """To the provider's page."""
    parts = parts_of(request)
    try:
        address, browser = await _provider(parts).begin(here(then))
    except SignInRefusedError:
        return form_again(request, then=here(then), key="sign_in.provider_away")
    answer = RedirectResponse(address, SEE_OTHER)
    # Lax: it has to come back with the browser from the provider's site.
    answer.set_cookie(
        KEPT, browser, max_age=int(UNDER_WAY_MAX.total_seconds()), httponly=True, samesite="lax",
        secure=not parts.settings.console_insecure_cookies, path="/sign-in/provider",
    )  # fmt: skip
    return answer


@router.get(BACK_FROM_PROVIDER, include_in_schema=False)
async def back(
    request: Request,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
) -> Response:
    """From the provider's page."""
    provider = _provider(parts_of(request))
    try:
        token, session, target = await provider.finish(state, code, request.cookies.get(KEPT, ""))
    except SignInRefusedError:
        return form_again(request, then="/", key="sign_in.provider_refused")
    answer = await signed_in(request, token, session, here(target))
    answer.delete_cookie(KEPT, path="/sign-in/provider")
    return answer


def _provider(parts: Parts) -> ProviderSignIn:
    if parts.provider is None:
        raise NotFoundError("nobody signs in elsewhere")
    return parts.provider
