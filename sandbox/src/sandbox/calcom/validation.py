"""Request checks that answer in the words of the real server's validator."""

from collections.abc import Collection, Mapping
from typing import Any

from sandbox.calcom.errors import bad_request
from sandbox.calcom.times import parse_instant

Json = dict[str, Any]

ISO_DATE = "{} must be a valid ISO 8601 date string"


class Problems:
    """Collects what is wrong with one object; nested objects collect their own."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def add(self, prop: str, *constraints: str) -> None:
        self._texts.append(f"{prop} property is wrong,{', '.join(constraints)} ")

    def nest(self, prop: str, inner: "Problems") -> None:
        if inner:
            self._texts.append(f"{prop} property is wrong, {inner}")

    def refuse_unknown(self, body: Mapping[str, object], known: Collection[str]) -> None:
        for prop in body:
            if prop not in known:
                self.add(prop, f"property {prop} should not exist")

    def require_date(self, body: Mapping[str, object], prop: str) -> None:
        if parse_instant(body.get(prop)) is None:
            self.add(prop, ISO_DATE.format(prop))

    def require_string(self, body: Mapping[str, object], prop: str) -> None:
        if not isinstance(body.get(prop), str):
            self.add(prop, f"{prop} must be a string")

    def require_number(self, body: Mapping[str, object], prop: str) -> None:
        if not is_number(body.get(prop)):
            self.add(prop, f"{prop} must be a number conforming to the specified constraints")

    def optional_number(self, body: Mapping[str, object], prop: str) -> None:
        if body.get(prop) is not None:
            self.require_number(body, prop)

    def optional_string(self, body: Mapping[str, object], prop: str) -> None:
        if body.get(prop) is not None:
            self.require_string(body, prop)

    def __bool__(self) -> bool:
        return bool(self._texts)

    def __str__(self) -> str:
        return ", ".join(self._texts)

    def raise_if_any(self) -> None:
        if self:
            raise bad_request(str(self))


def object_body(body: object) -> Json:
    """The body as an object; an absent body is an empty one."""
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise bad_request("undefined property is wrong,an unknown value was passed to the validate function ")
    return body


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
