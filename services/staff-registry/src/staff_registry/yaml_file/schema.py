"""The JSON schema of the file, for editors: what the loader itself asks of each node, written down.

``python -m staff_registry.yaml_file.schema > business.schema.json`` makes it anew.
"""

import json
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from staff_registry.yaml_file.describing import described
from staff_registry.yaml_file.nodes import NO_INSTANT
from staff_registry.yaml_file.reading import Node

T = TypeVar("T")
_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_CLOCK = "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"


class Sketch:
    """A node that holds nothing, and notes what it is asked for."""

    def __init__(self) -> None:
        self.required = False
        self._schema: dict[str, Any] = {}
        self._fields: dict[str, Sketch] = {}
        self._entry: Sketch | None = None

    def schema(self) -> dict[str, Any]:
        """What would be a fitting node."""
        if self._fields:
            required = [name for name, field in self._fields.items() if field.required]
            properties = {name: field.schema() for name, field in self._fields.items()}
            return {
                "type": "object",
                "additionalProperties": False,
                "properties": properties,
                "required": required,
            }
        if self._entry:
            return {"type": "array", "items": self._entry.schema()}
        return self._schema

    def fields(self, **fields: str) -> Mapping[str, Node]:
        """A block of fields."""
        self._fields = {name: Sketch() for name in fields}
        return self._fields

    def each(self, read: Callable[[Node], T], *, required: bool = False) -> tuple[T, ...]:
        """A list with entries of one form."""
        self.required, self._entry = required, Sketch()
        read(self._entry)
        return ()

    def block(self, read: Callable[[Node], T], default: T) -> T:
        """A block of fields that may be left out."""
        read(self)
        return default

    def text(self, default: str | None = None) -> str:
        """A text."""
        self._is({"type": "string"}, default)
        return default or ""

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return self.each(lambda node: node.text())

    def choice(self, choices: Mapping[str, T], default: str | None = None) -> T | None:
        """One of some words."""
        self._is({"enum": list(choices)}, default)
        return None

    def whole(self, default: int | None = None) -> int:
        """A whole number."""
        self._is({"type": "integer"}, default)
        return 0

    def maybe_whole(self) -> int | None:
        """A whole number, or nothing."""
        self._schema = {"type": "integer"}
        return None

    def yes(self) -> bool:
        """true or false."""
        self._is({"type": "boolean"}, default=False)
        return False

    def day(self, default: str | None = None) -> str:
        """A day."""
        self._is({"type": "string", "pattern": _DAY}, default)
        return ""

    def clock(self) -> str:
        """A time of the day."""
        self._is({"type": "string", "pattern": _CLOCK})
        return ""

    def instant(self) -> datetime:
        """A date and time with its offset."""
        self._is({"type": "string", "format": "date-time"})
        return NO_INSTANT

    def _is(self, schema: dict[str, Any], default: str | int | None = None) -> None:
        self.required = default is None
        self._schema = schema | ({"default": default} if default not in {None, ""} else {})


def business_schema() -> str:
    """The schema of a whole file, as text."""
    sketch = Sketch()
    described(sketch, {})
    head = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A business, as Rufbuch imports it",
    }
    return json.dumps(head | sketch.schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(business_schema())
