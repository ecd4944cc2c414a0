"""The error answers of the real server: two envelopes, and what goes into them."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from sandbox.calcom.times import iso_millis

Json = dict[str, Any]

_CLASS_NAMES = {
    400: "BadRequestException",
    401: "UnauthorizedException",
    403: "ForbiddenException",
    404: "NotFoundException",
    409: "ConflictException",
    422: "UnprocessableEntityException",
    501: "NotImplementedException",
}


class ApiError(Exception):
    """An answer other than success. `message` is what the real server says."""

    headers: dict[str, str] | None = None

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message

    def body(self, path: str, now: datetime) -> Json:
        """The answer's JSON; `path` is the request's path with its query."""
        raise NotImplementedError


class NestError(ApiError):
    """The usual envelope, raised by the API layer."""

    def body(self, path: str, now: datetime) -> Json:
        return _envelope(path, now, _CLASS_NAMES[self.status], self.message, self.details())

    def details(self) -> Json:
        phrase = HTTPStatus(self.status).phrase
        return {"message": self.message, "error": phrase, "statusCode": self.status}


class ValidatorListError(NestError):
    """A 400 of the controllers without own formatting (version 2024-04-15, webhooks, listing)."""

    def __init__(self, errors: list[Json]) -> None:
        super().__init__(400, "Bad Request Exception")
        self.errors = errors

    def details(self) -> Json:
        return {"errors": self.errors}


class ZodError(ApiError):
    """A 400 of the schema inside the booking core: code BAD_REQUEST, no details."""

    def __init__(self, *problems: str) -> None:
        super().__init__(400, "".join(f"{problem}, " for problem in problems))

    def body(self, path: str, now: datetime) -> Json:
        return {
            "status": "error",
            "timestamp": iso_millis(now),
            "path": path,
            "error": {"code": "BAD_REQUEST", "message": self.message},
        }


class CoreError(ApiError):
    """The bare envelope, raised by the booking core."""

    def body(self, path: str, now: datetime) -> Json:  # noqa: ARG002 - the bare envelope names neither
        return {"statusCode": self.status, "message": self.message}


class TooManyRequestsError(ApiError):
    """429: here `details` is the message once more. There is no Retry-After."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__(429, "CustomThrottlerGuard - Too many requests. Please try again later.")
        self.headers = headers

    def body(self, path: str, now: datetime) -> Json:
        return _envelope(path, now, "ThrottlerException", self.message, self.message)


def bad_request(message: str) -> NestError:
    return NestError(400, message)


def not_found(message: str) -> NestError:
    return NestError(404, message)


def unprocessable(message: str) -> NestError:
    return NestError(422, message)


def listed(target: Json, prop: str, constraints: Json, **value: object) -> Json:
    """One entry of a ValidatorListError; `value=` only where the property was sent."""
    return {"target": target, **value, "property": prop, "children": [], "constraints": constraints}


def _envelope(path: str, now: datetime, code: str, message: str, details: Json | str) -> Json:
    return {
        "status": "error",
        "timestamp": iso_millis(now),
        "path": path,
        "error": {"code": code, "message": message, "details": details},
    }
