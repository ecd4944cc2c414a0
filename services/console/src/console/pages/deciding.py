"""What a plan leaves to a person: appointments at the same time are decided about together, anything else one by one.

A list of a thousand times, each with a button of its own, is read by nobody, and a form has at most a thousand fields.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData

from rufbuch.staff.v1 import resolution_pb2

ONE_BY_ONE, TOGETHER = "decision:", "together"
"""What names a field by which one contradiction is decided begins with, before its subject; the name of that for all overlaps."""
OVERLAPS_SHOWN = 20
AUDITED_CHARACTERS = 500
CHOICES = dict(resolution_pb2.Choice.items())
Decisions = Mapping[str, "resolution_pb2.Choice.ValueType"]
"""By subject."""


@dataclass(frozen=True)
class Deciding:
    """The contradictions of a plan as they are asked about."""

    overlaps: Sequence[resolution_pb2.Conflict]
    others: Sequence[resolution_pb2.Conflict]

    @classmethod
    def of(cls, plan: resolution_pb2.ResolutionPlan) -> "Deciding":
        """Those of a plan."""
        overlap = resolution_pb2.CONFLICT_KIND_OVERLAP
        return cls(
            [each for each in plan.conflicts if each.kind == overlap],
            [each for each in plan.conflicts if each.kind != overlap],
        )

    @property
    def shown(self) -> Sequence[resolution_pb2.Conflict]:
        """The first overlaps, which are told one by one."""
        return self.overlaps[:OVERLAPS_SHOWN]

    def about_overlaps(self, choice: "resolution_pb2.Choice.ValueType") -> Decisions:
        """One choice for all overlaps."""
        return {each.subject: choice for each in self.overlaps}


def one_by_one(form: FormData) -> Decisions:
    """What a form decides about single contradictions; a choice that there is not is left out, and so is missed later."""
    return {
        name.removeprefix(ONE_BY_ONE): CHOICES[str(value)]
        for name, value in form.items()
        if name.startswith(ONE_BY_ONE) and value in CHOICES
    }


def together(form: FormData) -> "resolution_pb2.Choice.ValueType | None":
    """What a form decides about all overlaps; None: nothing."""
    return CHOICES.get(str(form.get(TOGETHER)))


def in_words(decisions: Decisions) -> str:
    """For the audit: what was decided, as far as there is room."""
    words = (f"{subject} {resolution_pb2.Choice.Name(each)}" for subject, each in decisions.items())
    return ", ".join(words)[:AUDITED_CHARACTERS]


def counted(resolution: resolution_pb2.Resolution) -> tuple[int, list[resolution_pb2.Decision]]:
    """How many of the decisions made were about overlaps, and the others."""
    overlaps = {each.subject for each in Deciding.of(resolution.plan).overlaps}
    others = [each for each in resolution.decisions if each.subject not in overlaps]
    return len(resolution.decisions) - len(others), others
