"""Who looks at a page, at which business, in which language; and that a change was asked for by our own form."""

import secrets
from dataclasses import dataclass, replace
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from console.clients.businesses import Business
from console.domain.accounts import Account, Action, Membership
from console.domain.deeds import Deed
from console.domain.sessions import Session
from console.errors import ForgedRequestError, SignInNeededError
from console.pages.parts import parts_of
from console.pages.texts import Texts

COOKIE = "rufbuch_session"


@dataclass(frozen=True)
class Visit:
    """One request of somebody who is signed in."""

    account: Account
    session: Session
    membership: Membership
    business: Business
    texts: Texts

    @property
    def tenant_id(self) -> str:
        """The business that is looked at; every question to another service names it."""
        return self.session.tenant_id

    @property
    def operator(self) -> str:
        """How the services write down who it was."""
        return self.account.email

    def may(self, action: str) -> bool:
        """For templates, which do not show what is not allowed."""
        return self.membership.allows(Action(action))

    def told_in(self, zone: ZoneInfo) -> "Visit":
        """The same, with all times as they are there: for a page of one branch."""
        return replace(self, texts=Texts(self.account.language, zone))

    def deed(self, action: str, subject: str, words: str = "") -> Deed:
        """What is about to be done."""
        return Deed(self.account.account_id, self.tenant_id, action, subject, words)


async def visiting(request: Request) -> Visit:
    """Raises SignInNeededError."""
    parts = parts_of(request)
    account, session = await parts.doorkeeper.recognise(request.cookies.get(COOKIE, ""))
    membership = account.membership(session.tenant_id)
    if membership is None:
        raise SignInNeededError("the account may not see this business any more")
    business = await parts.businesses.get(session.tenant_id)
    visit = Visit(account, session, membership, business, Texts(account.language, business.zone))
    # Whatever goes wrong from here on is said on a page of hers, from which she can go on.
    request.state.visit = visit
    return visit


async def changing(request: Request, visit: Annotated[Visit, Depends(visiting)]) -> Visit:
    """For every route that changes something. Raises ForgedRequestError.

    Two locks, since each has failed somewhere: where the browser says the request comes from, and the session's secret,
    which only our own pages hold.
    """
    if not from_our_page(request):
        raise ForgedRequestError("another site has sent this")
    form = await request.form()
    given = request.headers.get("x-csrf-token") or str(form.get("csrf", ""))
    if not secrets.compare_digest(given.encode(), visit.session.csrf_token.encode()):
        raise ForgedRequestError("the form has no token of this session")
    return visit


def from_our_page(request: Request) -> bool:
    """As far as the browser says. Browsers that say nothing are caught by the token."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or origin.split("://", 1)[-1] == request.headers.get("host")


Visitor = Annotated[Visit, Depends(visiting)]
Changer = Annotated[Visit, Depends(changing)]
