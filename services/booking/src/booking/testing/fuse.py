"""Something that kills the work at a chosen place: before or after any of its steps."""

from collections.abc import Awaitable, Callable
from typing import Any


class KilledError(BaseException):
    """As if the process had gone: nobody catches it, nothing is tidied up."""


class Fuse:
    """Counts the places at which a process can be killed; burns at the one that it is set to."""

    def __init__(self) -> None:
        self.left: int | None = None
        """So many places are passed; None: it does not burn."""

    def pass_by(self) -> None:
        """One place. Raises KilledError where it burns."""
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise KilledError


class Fused:
    """A port whose every step can be the last: not begun, or done without anybody hearing of it."""

    def __init__(self, inner: object, fuse: Fuse) -> None:
        self._inner, self._fuse = inner, fuse

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        step = getattr(self._inner, name)

        async def fused(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the step takes and gives
            self._fuse.pass_by()
            result = await step(*arguments, **named)
            self._fuse.pass_by()
            return result

        return fused
