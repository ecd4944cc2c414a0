"""Words into values and values into sentences: pure, no clock, no network, no model."""

from telephony_gateway.language.understand import understand
from telephony_gateway.language.understanding import Candidate, Outcome, Search, Slot, Understanding
from telephony_gateway.language.wish import Bounds, resolve_wish

__all__ = ["Bounds", "Candidate", "Outcome", "Search", "Slot", "Understanding", "resolve_wish", "understand"]
