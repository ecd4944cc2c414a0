"""A small OpenID provider, as strict as a real one; and, on demand, one that says what it should not."""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from chassis.testing import SettableClock

ISSUER, CLIENT, SECRET = "https://login.example.org", "rufbuch", "a secret of ours"


@dataclass
class OidcProvider:
    """``claims`` are said instead of the true ones (None: left out); ``forged_with`` signs instead of its own key."""

    clock: SettableClock
    email: str = "owner@example.org"
    claims: dict[str, Any] = field(default_factory=dict)
    forged_with: RSAKey | OctKey | None = None
    algorithm: str = "RS256"
    unsigned: bool = False
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._configuration),
                Route("/keys", self._keys),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    @property
    def transport(self) -> httpx.AsyncBaseTransport:
        return httpx.ASGITransport(self.app())

    def consent(self, address: str) -> dict[str, str]:
        """Somebody signs in there and agrees: what the browser brings back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    async def _configuration(self, _: Request) -> JSONResponse:
        return JSONResponse(
            {
                "issuer": ISSUER,
                "authorization_endpoint": f"{ISSUER}/authorize",
                "token_endpoint": f"{ISSUER}/token",
                "jwks_uri": f"{ISSUER}/keys",
            }
        )

    async def _keys(self, _: Request) -> JSONResponse:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def _token(self, request: Request) -> JSONResponse:
        form = await request.form()
        asked = self.codes.pop(str(form["code"]), None)
        if asked is None or form["redirect_uri"] != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        if request.headers["authorization"] != httpx.BasicAuth(CLIENT, SECRET)._auth_header:
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        challenge = urlsafe_b64encode(hashlib.sha256(str(form["code_verifier"]).encode()).digest())
        if challenge.decode().rstrip("=") != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": self._id_token(asked)})

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": ISSUER, "aud": CLIENT, "sub": "subject-1", "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            "email": self.email, "email_verified": True, **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.unsigned:
            header, body = (_part(each) for each in ('{"alg":"none","typ":"JWT"}', _json(claims)))
            return f"{header}.{body}."
        key = self.forged_with or self.key
        return jwt.encode(
            {"alg": self.algorithm, "kid": self.key.kid}, claims, key, algorithms=[self.algorithm]
        )


def _part(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _json(claims: dict[str, Any]) -> str:
    return httpx.Request("POST", ISSUER, json=claims).content.decode()
