"""Owns what a violation is, and the list of all checks."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from oracle import copies, sentences, states
from oracle.facts import Facts
from oracle.violation import Violation

Check = Callable[[Facts, Any], Iterable[Violation]]
FALSE_SENTENCE, OVERLAP, LOST, WRONG_SYNC = (
    "false sentence",
    "overlap",
    "lost appointment",
    "wrong sync state",
)
CHECKS: tuple[tuple[str, Check], ...] = (
    (FALSE_SENTENCE, sentences.booked),
    (FALSE_SENTENCE, sentences.cancelled),
    (FALSE_SENTENCE, sentences.moved),
    (FALSE_SENTENCE, sentences.taken),
    (FALSE_SENTENCE, sentences.offered),
    (FALSE_SENTENCE, sentences.listed),
    (FALSE_SENTENCE, sentences.noted),
    (FALSE_SENTENCE, sentences.dates),
    (OVERLAP, states.overlaps),
    (LOST, states.lost),
    ("double booking", states.wishes),
    ("left hold", states.holds),
    ("event log", states.replayed),
    ("call without end", states.ended),
    (WRONG_SYNC, copies.standing),
    (WRONG_SYNC, copies.orphans),
    (WRONG_SYNC, copies.strangers),
    (WRONG_SYNC, copies.settled),
)


@dataclass(frozen=True)
class Verdict:
    """All that was found, and how much was looked at."""

    violations: tuple[Violation, ...]
    looked_at: dict[str, int]

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind, zeros too."""
        found = Counter(one.kind for one in self.violations)
        return {kind: found[kind] for kind in dict.fromkeys(kind for kind, _ in CHECKS)}


def judge(facts: Facts, record: Any) -> Verdict:
    """Run every check."""
    found = [
        Violation(kind, check.__name__, one.text, one.entries)
        for kind, check in CHECKS
        for one in check(facts, record)
    ]
    looked_at = {
        "answers heard": sum(1 for one in record.exchanges if one.answer is not None),
        "appointments": len(facts.appointments),
        "changes": sum(len(one["changes"]) for one in facts.appointments.values()),
        "events": len(facts.events),
        "phases at Cal.com": len(facts.intents),
        "bookings at Cal.com": len(facts.bookings),
        "calls": len(record.calls),
        "callbacks": len(facts.callbacks),
        "waiting": len(facts.waiting),
    }
    return Verdict(tuple(found), looked_at)
