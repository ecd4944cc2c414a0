"""An OpenID provider: where it is asked, and whether what it says is really its own word, for us, for this sign-in."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chassis.clock import Clock
from console.errors import SignInRefusedError
from console.usecases.ports import Going, Identity

ALGORITHMS = ["RS256", "ES256", "PS256"]
"""Signed with a key that only the provider has; never "none", and never with a secret that we share."""
TIMEOUT_S = 5.0
KEYS_KEPT = timedelta(hours=1)
LEEWAY_S = 60
"""How far its clock may be from ours."""


@dataclass(frozen=True)
class ProviderSettings:
    """As the settings name it."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str


class OidcClient:
    """Authorization code with PKCE."""

    def __init__(
        self, provider: ProviderSettings, clock: Clock, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._provider, self._clock = provider, clock
        self._http = httpx.AsyncClient(timeout=TIMEOUT_S, transport=transport, follow_redirects=False)
        self._metadata: Mapping[str, Any] = {}
        self._keys: tuple[datetime, KeySet] | None = None

    async def address(self, going: Going) -> str:
        """Where the browser is sent. Raises SignInRefusedError."""
        challenge = urlsafe_b64encode(hashlib.sha256(going.verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "response_type": "code", "client_id": self._provider.client_id, "scope": "openid email",
            "redirect_uri": self._provider.redirect_uri, "state": going.state, "nonce": going.nonce,
            "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        return str(httpx.URL(await self._endpoint("authorization_endpoint")).copy_merge_params(query))

    async def identity(self, code: str, going: Going) -> Identity:
        """Whom the provider vouches for. Raises SignInRefusedError for whatever is not exactly as it has to be."""
        claims = await self._claims(await self._id_token(code, going), going)
        email = claims.get("email")
        if claims.get("email_verified") is not True or not isinstance(email, str) or not email:
            raise SignInRefusedError("the provider does not vouch for the address")
        return Identity(email.strip().lower(), f"{self._provider.issuer} {claims['sub']}")

    async def _id_token(self, code: str, going: Going) -> str:
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self._provider.redirect_uri,
            "client_id": self._provider.client_id, "code_verifier": going.verifier,
        }  # fmt: skip
        basic = httpx.BasicAuth(self._provider.client_id, self._provider.client_secret)
        auth = basic if self._provider.client_secret else None
        endpoint = await self._endpoint("token_endpoint")
        try:
            answer = await self._http.post(endpoint, data=form, auth=auth or httpx.USE_CLIENT_DEFAULT)
            token = answer.json().get("id_token") if answer.status_code == httpx.codes.OK else None
        except (httpx.HTTPError, ValueError, AttributeError) as error:
            raise SignInRefusedError("the provider does not answer") from error
        if not isinstance(token, str):
            raise SignInRefusedError("the provider does not know this code")
        return token

    async def _claims(self, token: str, going: Going) -> Mapping[str, Any]:
        try:
            told = await self._decoded(token)
            jwt.JWTClaimsRegistry(
                now=lambda: int(self._clock.now().timestamp()),
                leeway=LEEWAY_S,
                iss={"essential": True, "value": self._provider.issuer},
                aud={"essential": True, "value": self._provider.client_id},
                exp={"essential": True},
                iat={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": going.nonce},
            ).validate(told.claims)
        except (JoseError, ValueError) as error:
            raise SignInRefusedError("the provider's word is not one that counts here") from error
        parties = told.claims["aud"]
        presenter = told.claims.get("azp", self._provider.client_id)
        if presenter != self._provider.client_id or (
            isinstance(parties, list) and len(parties) > 1 and "azp" not in told.claims
        ):
            raise SignInRefusedError("the provider's word is meant for somebody else")
        return told.claims

    async def _decoded(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, await self._key_set(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            # It may have changed its keys since.
            self._keys = None
            return jwt.decode(token, await self._key_set(), algorithms=ALGORITHMS)

    async def _key_set(self) -> KeySet:
        now = self._clock.now()
        if self._keys is None or now - self._keys[0] > KEYS_KEPT:
            told = await self._get(await self._endpoint("jwks_uri"))
            self._keys = now, KeySet.import_key_set(told)  # type: ignore[arg-type] # checked by the library
        return self._keys[1]

    async def _endpoint(self, name: str) -> str:
        if not self._metadata:
            told = await self._get(f"{self._provider.issuer.rstrip('/')}/.well-known/openid-configuration")
            if told.get("issuer") != self._provider.issuer:
                raise SignInRefusedError("the provider is another one than it says")
            self._metadata = told
        address = self._metadata.get(name)
        if not isinstance(address, str):
            raise SignInRefusedError(f"the provider has no {name}")
        return address

    async def _get(self, address: str) -> Mapping[str, Any]:
        try:
            answer = await self._http.get(address)
            answer.raise_for_status()
            told = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise SignInRefusedError("the provider does not answer") from error
        if not isinstance(told, dict):
            raise SignInRefusedError("the provider does not answer")
        return told

    async def close(self) -> None:
        """End its connections."""
        await self._http.aclose()
