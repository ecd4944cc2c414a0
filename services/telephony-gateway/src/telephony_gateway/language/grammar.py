"""The engine: tables of patterns over typed items, applied tier by tier, longest match first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

# What a pattern's upper-case elements hand to its builder; None from the builder means "not this one after all".
Builder = Callable[..., Any]

# What may stand at a place of a pattern, each with whether it is captured; and whether any is.
Element = tuple[list[tuple[str, bool]], bool]


class Item:
    """One token or one recognised phrase: its kind, its value, and which words it covers."""

    __slots__ = ("broken", "end", "kind", "pause", "rule", "start", "value")

    def __init__(
        self, kind: str, value: object, start: int, end: int, *, pause: bool = False, rule: str = ""
    ) -> None:
        self.kind = kind
        # Of the type that the kind stands for: the tables pair kinds with builders, so no checker could follow.
        self.value: Any = value
        self.start = start
        self.end = end
        self.pause = pause
        self.rule = rule
        # Whether the caller paused inside the phrase.
        self.broken = False

    def __repr__(self) -> str:
        return f"{self.kind}({self.value!r})"


class _Rule(NamedTuple):
    kind: str
    build: Builder
    captures: tuple[int | None, ...]
    pattern: str


class Tier:
    """A table of patterns compiled into a trie over item kinds."""

    def __init__(self, table: Iterable[tuple[str, str, Builder]], macros: dict[str, str]) -> None:
        self._trie: dict[str, Any] = {}
        self._parsed: dict[str, Element] = {}
        for kind, pattern, build in table:
            self._add(kind, pattern, build, macros)

    def _add(self, kind: str, pattern: str, build: Builder, macros: dict[str, str]) -> None:
        # Every way through the alternatives: the node it leads to, its length, and where its captures stand.
        ways: list[tuple[dict[str, Any], int, tuple[int | None, ...]]] = [(self._trie, 0, ())]
        for element in pattern.split():
            options, captured = self._parsed.get(element) or self._parse(element, macros)
            ways = [
                (
                    node.setdefault(picked, {}) if picked else node,
                    length + bool(picked),
                    (*captures, length if is_captured else None) if captured else captures,
                )
                for node, length, captures in ways
                for picked, is_captured in options
            ]
        for node, _, captures in ways:
            node.setdefault("", []).append(_Rule(kind, build, captures, pattern))

    def _parse(self, element: str, macros: dict[str, str]) -> Element:
        options = [(picked, picked.isupper()) for picked in _alternatives(element, macros)]
        parsed = self._parsed[element] = options, any(is_captured for _, is_captured in options)
        return parsed

    @property
    def begins(self) -> AbstractSet[str]:
        """Of which kind the first item of a pattern may be."""
        return self._trie.keys()

    def reduce(self, items: list[Item]) -> list[Item]:
        """The items with every match replaced by what its rule built."""
        trie = self._trie
        out: list[Item] = []
        kinds = [item.kind for item in items]
        kinds.append("")
        position, count = 0, len(items)
        while position < count:
            node = trie.get(kinds[position])
            # Most items begin a pattern, and few of them are followed by what it goes on with; under "" is how one ends.
            found = None
            if node is not None and ("" in node or kinds[position + 1] in node):
                found = self._match(items, position, node)
            if found is None:
                out.append(items[position])
                position += 1
            else:
                out.append(found[0])
                position = found[1]
        return out

    def _match(self, items: list[Item], start: int, node: dict[str, Any]) -> tuple[Item, int] | None:
        accepted: list[tuple[int, list[_Rule]]] = []
        position, count = start + 1, len(items)
        while True:
            rules = node.get("")
            if rules is not None:
                accepted.append((position, rules))
            if position == count:
                break
            following = node.get(items[position].kind)
            if following is None:
                break
            node = following
            position += 1
        return _first_built(items, start, accepted) if accepted else None


def _first_built(
    items: list[Item], start: int, accepted: list[tuple[int, list[_Rule]]]
) -> tuple[Item, int] | None:
    for end, rules in reversed(accepted):
        for rule in rules:
            value = rule.build(*[None if at is None else items[start + at].value for at in rule.captures])
            if value is not None:
                first, last = items[start], items[end - 1]
                item = Item(rule.kind, value, first.start, last.end, pause=first.pause, rule=rule.pattern)
                item.broken = any(inner.pause or inner.broken for inner in items[start + 1 : end])
                return item, end
    return None


def _alternatives(element: str, macros: dict[str, str]) -> list[str]:
    optional = element.endswith("?")
    names = element.removesuffix("?").split("|")
    expanded: list[str] = []
    for name in names:
        expanded.extend(macros.get(name, name).split("|"))
    return [*expanded, ""] if optional else expanded


def table(rules: dict[str, Sequence[tuple[str, Builder]]]) -> list[tuple[str, str, Builder]]:
    """Rules grouped by the kind they make, as one list; a pattern cell may hold several, separated by " / "."""
    return [
        (kind, pattern.strip(), build)
        for kind, pairs in rules.items()
        for cell, build in pairs
        for pattern in cell.split(" / ")
    ]
