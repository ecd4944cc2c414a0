"""YAML as nodes that know their line; what does not fit is noted down, and reading goes on."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import yaml

T = TypeVar("T")
CHARACTERS_MAX = 1_000_000
VALUES_MAX = 300_000
"""An alias counts each time that it is used: a small file can stand for more than memory holds."""
_NULL = "tag:yaml.org,2002:null"
NO_INSTANT = datetime.fromisoformat("0001-01-01T00:00:00+00:00")
"""Stands where an instant could not be read, until the faults are told."""


@dataclass(frozen=True, order=True)
class FileFault:
    """One thing that is wrong. Lines count from 1; ``path`` is that of the description, "" for the file as a whole."""

    line: int
    path: str
    expected: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.path or 'the file'}: expected {self.expected}"


class FileInvalidError(ValueError):
    """The file describes no business; ``faults`` has everything that is wrong, by line."""

    def __init__(self, faults: list[FileFault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(map(str, self.faults)))


class Notes:
    """What was found while reading: the line of each path, and the faults so far."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}
        self._empty: set[str] = set()
        self._faults: dict[str, FileFault] = {}

    def place(self, path: str, node: yaml.Node) -> None:
        """Remember where a path is, and whether nothing is said there."""
        self._lines[path] = node.start_mark.line + 1
        if is_null(node):
            self._empty.add(path)
        if len(self._lines) > VALUES_MAX:
            expected = f"at most {VALUES_MAX} values, each alias counted with what it stands for"
            raise FileInvalidError([FileFault(self._lines[path], "", expected)])

    def fault(self, path: str, expected: str, *, line: int | None = None) -> None:
        """Note a fault, unless the path or what it is part of has one: one mistake is told once. ``line``: of another file,
        where the path is that one's."""
        if not any(whole in self._faults for whole in _around(path)):
            self._faults[path] = FileFault(line, path, expected) if line else self.at(path, expected)

    def refuse(self) -> None:
        """Raise FileInvalidError if anything is wrong."""
        if self._faults:
            raise FileInvalidError(list(self._faults.values()))

    def at(self, path: str, expected: str) -> FileFault:
        """The fault at its line: of the path, or of the nearest thing around it that stands in the file."""
        line = next((self._lines[whole] for whole in _around(path) if whole in self._lines), 1)
        return FileFault(line, path, expected)

    def has(self, path: str) -> bool:
        """Whether anything stands there. A null does not: whoever deletes all lines below a name means no empty list."""
        return path in self._lines and path not in self._empty


def is_null(node: yaml.Node) -> bool:
    """A name with nothing behind it, or with null."""
    return isinstance(node, yaml.ScalarNode) and node.tag == _NULL


def _around(path: str) -> Iterator[str]:
    """The path, then what it is part of, outwards; last the file itself."""
    while path:
        yield path
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    yield ""


@dataclass(frozen=True)
class Item:
    """A node at its path; None where the file has nothing there."""

    path: str
    node: yaml.Node | None
    notes: Notes

    @classmethod
    def of(cls, path: str, node: yaml.Node | None, notes: Notes) -> "Item":
        """The item, its place remembered. A null is as good as nothing."""
        if node is not None:
            notes.place(path, node)
        return cls(path, None if node is None or is_null(node) else node, notes)

    def fields(self, **fields: str) -> dict[str, "Item"]:
        """The fields of a mapping. ``fields`` names those that are known, each with its path in the description."""
        found: dict[str, yaml.Node] = {}
        for key, value in self._pairs():
            if key not in fields:
                self._refuse(key, value, f"no such field; there are {', '.join(fields)}")
            elif key in found:
                self._refuse(fields[key], value, f"{key} only once")
            found.setdefault(key, value)
        return {key: Item.of(self._below(path), found.get(key), self.notes) for key, path in fields.items()}

    def _pairs(self) -> Iterator[tuple[str, yaml.Node]]:
        if isinstance(self.node, yaml.MappingNode):
            for key, value in self.node.value:
                yield str(key.value) if isinstance(key, yaml.ScalarNode) else "?", value
        else:
            self.notes.fault(self.path, "a block of fields")

    def _refuse(self, name: str, node: yaml.Node, expected: str) -> None:
        self.notes.place(self._below(name), node)
        self.notes.fault(self._below(name), expected)

    def _below(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def lines(self) -> dict[str, int]:
        """Of each name in a block, where it stands."""
        pairs = self.node.value if isinstance(self.node, yaml.MappingNode) else ()
        return {str(key.value): key.start_mark.line + 1 for key, _ in pairs}

    def each(self, read: Callable[["Item"], T], *, required: bool = False) -> tuple[T, ...]:
        """The entries of a list, each read; nothing is an empty list, unless one is required."""
        if self.node is None and not required:
            return ()
        if not isinstance(self.node, yaml.SequenceNode):
            self.notes.fault(self.path, "a list ([] where there is nothing)")
            return ()
        entries = (Item.of(f"{self.path}[{n}]", node, self.notes) for n, node in enumerate(self.node.value))
        return tuple(read(entry) for entry in entries)

    def block(self, read: Callable[["Item"], T], default: T) -> T:
        """A block of fields that may be left out."""
        return default if self.node is None else read(self)

    def text(self, default: str | None = None) -> str:
        """A text as it is written, whatever type YAML takes it for: 09:00 and no are texts here."""
        if self.node is None:
            return default or ""
        if not isinstance(self.node, yaml.ScalarNode):
            self.notes.fault(self.path, "a text")
            return default or ""
        return str(self.node.value)

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return self.each(Item.text)

    def named_texts(self) -> dict[str, str]:
        """A block of texts under names of the writer's own."""
        named: dict[str, str] = {}
        for name, node in self._pairs():
            if name in named:
                self._refuse(name, node, f"{name} only once")
            named[name] = Item.of(self._below(name), node, self.notes).text()
        return named

    def choice(self, choices: Mapping[str, T], default: str | None = None) -> T | None:
        """What one of some words stands for; capitals do not matter."""
        written = self.text(default).lower()
        if written not in choices:
            self.notes.fault(self.path, f"one of {', '.join(choices)}")
        return choices.get(written)

    def whole(self, default: int | None = None) -> int:
        """A whole number in decimal digits."""
        written = self.text()
        if self.node is None and default is not None:
            return default
        if re.fullmatch(r"-?[0-9]{1,19}", written):
            return int(written)
        self.notes.fault(self.path, "a whole number")
        return 0

    def maybe_whole(self) -> int | None:
        """A whole number, or nothing."""
        return None if self.node is None else self.whole()

    def yes(self) -> bool:
        """true or false; nothing is false."""
        written = self.text("false")
        if written not in {"true", "false"}:
            self.notes.fault(self.path, "true or false")
        return written == "true"

    def day(self, default: str | None = None) -> str:
        """A day as it is written; the domain judges it."""
        return self.text(default)

    def clock(self) -> str:
        """A time of the day as it is written; the domain judges it."""
        return self.text()

    def instant(self) -> datetime:
        """A date and time with its offset."""
        try:
            found = datetime.fromisoformat(self.text())
        except ValueError:
            found = NO_INSTANT
        if found == NO_INSTANT or found.tzinfo is None:
            self.notes.fault(self.path, "a date and time with an offset such as 2026-08-03T00:00+02:00")
            return NO_INSTANT
        return found


def root(text: str, notes: Notes) -> Item:
    """The file's outermost node. Raises FileInvalidError where it is no YAML at all."""
    if len(text) > CHARACTERS_MAX:
        raise FileInvalidError([FileFault(1, "", f"at most {CHARACTERS_MAX} characters")])
    try:
        return Item.of("", yaml.compose(text, Loader=yaml.SafeLoader), notes)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FileInvalidError([FileFault(line, "", f"YAML ({error.problem})")]) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise FileInvalidError([FileFault(line, "", "YAML in printable characters")]) from error
    except RecursionError as error:
        raise FileInvalidError([FileFault(1, "", "a file that is not nested without end")]) from error
