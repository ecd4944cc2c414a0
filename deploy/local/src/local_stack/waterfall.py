"""Spans as a text waterfall: who did what, when, for how long, and what that caused later."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from local_stack.spans import Span, SpanId

BAR_WIDTH = 30
NAME_WIDTH_MAX = 60
LINKED = "↪ "
FAILED = " ✗"


@dataclass(frozen=True)
class Line:
    """One span at its place in the tree."""

    span: Span
    depth: int
    linked: bool

    @property
    def title(self) -> str:
        """The name, indented; marked if a link led here, or if it failed."""
        mark = LINKED if self.linked else ""
        title = f"{'  ' * self.depth}{mark}{self.span.name}{FAILED if self.span.failed else ''}"
        return title if len(title) <= NAME_WIDTH_MAX else f"{title[: NAME_WIDTH_MAX - 1]}…"


class Tree:
    """Spans below their parents; the roots of a linked trace below the span that its link names."""

    def __init__(self, spans: Sequence[Span]) -> None:
        ordered = sorted(spans, key=lambda span: (span.start_ns, span.id.span))
        self._known = {span.id: span for span in ordered}
        self._children: dict[SpanId, list[Span]] = {}
        self._linked: dict[SpanId, list[Span]] = {}
        self._tops: list[Span] = []
        causes = self._causes(ordered)
        for span in ordered:
            self._place(span, causes.get(span.id.trace))

    def lines(self) -> Iterator[Line]:
        """Depth first, in the order of time."""
        seen: set[SpanId] = set()
        for top in self._tops:
            yield from self._below(Line(top, 0, linked=False), seen)
        # Traces that link to each other in a circle have no top.
        for span in self._known.values():
            yield from self._below(Line(span, 0, linked=True), seen)

    def _causes(self, ordered: Sequence[Span]) -> dict[str, SpanId]:
        """Of each trace the first known span of another trace that it links to."""
        causes: dict[str, SpanId] = {}
        for span in ordered:
            for target in span.links:
                if target in self._known and target.trace != span.id.trace:
                    causes.setdefault(span.id.trace, target)
        return causes

    def _place(self, span: Span, cause: SpanId | None) -> None:
        if span.parent in self._known:
            self._children.setdefault(span.parent, []).append(span)
        elif cause is not None:
            self._linked.setdefault(cause, []).append(span)
        else:
            self._tops.append(span)

    def _below(self, line: Line, seen: set[SpanId]) -> Iterator[Line]:
        if line.span.id in seen:
            return
        seen.add(line.span.id)
        yield line
        for child in self._children.get(line.span.id, ()):
            yield from self._below(Line(child, line.depth + 1, linked=False), seen)
        for later in self._linked.get(line.span.id, ()):
            yield from self._below(Line(later, line.depth + 1, linked=True), seen)


def waterfall(spans: Sequence[Span]) -> str:
    """One line for each span: service, name, offset and duration in milliseconds, bar. Empty for no spans."""
    if not spans:
        return ""
    lines = list(Tree(spans).lines())
    first = min(span.start_ns for span in spans)
    last = max(span.end_ns for span in spans)
    service_width = max(len(line.span.service) for line in lines)
    title_width = max(len(line.title) for line in lines)
    return "\n".join(
        f"{line.span.service:<{service_width}}  {line.title:<{title_width}}"
        f"  {_ms(line.span.start_ns - first):>10}  {_ms(line.span.end_ns - line.span.start_ns):>10}"
        f"  |{_bar(line.span, first, last)}|"
        for line in lines
    )


def _ms(nanoseconds: int) -> str:
    return f"{nanoseconds / 1e6:.1f} ms"


def _bar(span: Span, first: int, last: int) -> str:
    """Where the span lies between the first and the last instant; at least one mark wide."""
    whole = max(last - first, 1)
    begin = min((span.start_ns - first) * BAR_WIDTH // whole, BAR_WIDTH - 1)
    width = max(1, round((span.end_ns - span.start_ns) * BAR_WIDTH / whole))
    return (" " * begin + "█" * width).ljust(BAR_WIDTH)[:BAR_WIDTH]
