"""Figures of days as drawings and, for whoever cannot see those, as words and a table. No script, no style of their own:
what they look like stands in our style sheet."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree as ET

import pygal
import pygal.etree
from markupsafe import Markup

# Of the two libraries that it may draw with, the one that is always there.
pygal.etree.etree.to_etree()
WIDTH, HEIGHT = 760, 240
# pygal leaves a finder of plug-ins behind that Python 3.12 does not know any more, and that every later import would ask.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "PluginImportFixer"]


@dataclass(frozen=True)
class Series:
    """One kind of thing, a value for each label; ``kind`` names its colour in the style sheet."""

    kind: str
    name: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Chart:
    """Bars on each other, one for each label."""

    key: str
    """Unique on its page."""
    title: str
    words: str
    """What it shows, in a sentence."""
    labels: tuple[str, ...]
    series: tuple[Series, ...]

    @property
    def svg(self) -> Markup:
        """The drawing."""
        return _drawn(self)

    @property
    def empty(self) -> bool:
        """Nothing to be seen."""
        return not any(value for each in self.series for value in each.values)

    @property
    def rows(self) -> Sequence[tuple[str, tuple[int, ...]]]:
        """Label and its values; those of nothing but zeros are left out."""
        columns = zip(self.labels, zip(*(each.values for each in self.series), strict=True), strict=True)
        return [(label, values) for label, values in columns if any(values)]


@lru_cache(maxsize=256)
def _drawn(chart: Chart) -> Markup:
    drawing = pygal.StackedBar(
        width=WIDTH, height=HEIGHT, css=[], js=[], disable_xml_declaration=True, show_legend=False, margin=8,
        x_label_rotation=0, truncate_label=8,
    )  # fmt: skip
    drawing.x_labels = _sparse(chart.labels)
    for each in chart.series:
        drawing.add(each.kind, list(each.values))
    drawing.add_xml_filter(lambda root: _plain(root, chart))
    return Markup(drawing.render(is_unicode=True))  # noqa: S704 - made of numbers and of texts that are escaped


def _sparse(labels: Sequence[str]) -> list[str]:
    """So many that they can be read on a phone."""
    step = -(-len(labels) // 10)
    return [label if (len(labels) - 1 - place) % step == 0 else "" for place, label in enumerate(labels)]


def _plain(root: ET.Element, chart: Chart) -> ET.Element:
    """Without what our content policy forbids; with names for whoever hears the page instead of seeing it."""
    for parent in list(root.iter()):
        for child in list(parent):
            if _is_needless(child):
                parent.remove(child)
    for place, each in enumerate(chart.series):
        for group in root.iter():
            if f"serie-{place}" in (group.get("class") or "").split():
                group.set("class", f"series {each.kind}")
    for name, value in {
        "id": chart.key,
        "class": "chart",
        "role": "img",
        "aria-labelledby": f"{chart.key}-t",
    }.items():
        root.set(name, value)
    title = ET.Element("title", {"id": f"{chart.key}-t"})
    title.text = f"{chart.title}. {chart.words}"
    root.insert(0, title)
    return root


_NEEDLESS = {"tooltip-overlay", "text-overlay", "overlay", "titles", "background"}


def _is_needless(element: ET.Element) -> bool:
    if not isinstance(element.tag, str):
        return True  # a comment
    name = element.tag.rsplit("}", 1)[-1]
    return name in {"defs", "style", "script", "title", "desc"} or bool(
        _NEEDLESS & set((element.get("class") or "").split())
    )
