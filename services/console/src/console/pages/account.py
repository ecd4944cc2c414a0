"""One's own account: another password."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from console.errors import PasswordRefusedError, SignInRefusedError
from console.pages.feedback import done
from console.pages.parts import parts_of
from console.pages.visit import Changer, Visit, Visitor
from console.usecases.sign_in import PASSWORD_LENGTH_MIN

router = APIRouter()


@router.get("/account")
async def account(request: Request, visit: Visitor) -> Response:
    """The page."""
    return _page(request, visit)


@router.post("/account/password")
async def password(
    request: Request,
    visit: Changer,
    current: Annotated[str, Form(max_length=2000)] = "",
    new: Annotated[str, Form(max_length=2000)] = "",
    again: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Another one; whoever is signed in elsewhere with this account is so no more."""
    parts = parts_of(request)
    if new != again:
        return _page(request, visit, "account.differ")
    try:
        await parts.actor.do(
            visit.deed("change_password", str(visit.account.account_id)),
            lambda: parts.doorkeeper.change_password(visit.account, visit.session, current, new),
        )
    except PasswordRefusedError:
        return _page(request, visit, "account.too_short")
    except SignInRefusedError as refusal:
        return _page(request, visit, "account.locked" if refusal.details.get("until") else "account.wrong")
    return done("/account", "change_password")


def _page(request: Request, visit: Visit, fault: str = "") -> Response:
    words = visit.texts(fault, length=PASSWORD_LENGTH_MIN) if fault else ""
    return parts_of(request).renderer.page(
        request, "account.html", visit, fault=words, length=PASSWORD_LENGTH_MIN, status=400 if fault else 200
    )
