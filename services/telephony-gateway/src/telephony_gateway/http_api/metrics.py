"""What the HTTP side counts."""

from signals.metrics import Age, Capped, Counter, Histogram
from telephony_gateway.domain.answers import Status
from telephony_gateway.domain.contract import CONTRACTS
from telephony_gateway.domain.signature import Refusal
from telephony_gateway.domain.transcript import CLAIM_KINDS

UNKNOWN = "unknown"
"""What has no name here."""
FUNCTIONS = (*(contract.name for contract in CONTRACTS), UNKNOWN)
EVENTS = (
    "call_started", "call_ended", "call_analyzed", "transcript_updated", "transfer_started",
    "transfer_bridged", "transfer_cancelled", "transfer_ended",
)  # fmt: skip
ERRORS = (
    "bug", "envelope", "not_offered", "peer", "timeout", "too_often", "unknown_function", "unknown_number", "unknown_route",
    "webhook_envelope", "webhook_event", "wrong_method",
)  # fmt: skip
ODDITIES = (
    "agent_version", "call_id_foreign", "call_id_placeholder", "call_id_shortened", "name_differs", "variable_unset",
)  # fmt: skip
refused = Counter(
    "rufbuch_gateway_refused_total", "Requests that were not believed",
    {"reason": (*(one.value for one in Refusal), "too_large", "not_json", "not_an_object", "other_workspace")},
)  # fmt: skip
verified = Counter(
    "rufbuch_gateway_verified_total", "Requests whose signature holds",
    {"workspace": Capped(16, "names of Retell workspaces, as the settings have them")},
)  # fmt: skip
answers = Counter(
    "rufbuch_gateway_answers_total", "Answers to functions, by what became of the wish",
    {"function": FUNCTIONS, "status": [one.value for one in Status]},
)  # fmt: skip
errors = Counter("rufbuch_gateway_errors_total", "Functions that could not be served", {"reason": ERRORS})
seconds = Histogram("rufbuch_gateway_function_seconds", "Time to answer a function", {"function": FUNCTIONS})
oddities = Counter(
    "rufbuch_gateway_oddities_total",
    "What agents and flows got wrong, though it was answered",
    {"kind": ODDITIES},
)
agents = Counter(
    "rufbuch_gateway_agent_calls_total", "Function calls by the agent's version",
    {"version": Capped(8, "published versions of agents; unsaid: the call did not tell"),
     "expected": ("true", "false")},
)  # fmt: skip
twins = Counter(
    "rufbuch_gateway_twins_total", "Function calls that shared the answer of another", {"where": ["here"]}
)
events = Counter("rufbuch_gateway_events_total", "Webhook events", {"event": (*EVENTS, UNKNOWN)})
webhook_age = Age(
    "rufbuch_gateway_webhook_age_seconds",
    "Since the last webhook of Retell that was believed, or since the start",
)
inbound = Counter(
    "rufbuch_gateway_inbound_total", "Inbound webhooks", {"outcome": ("known", UNKNOWN, "blind")}
)
inbound_seconds = Histogram("rufbuch_gateway_inbound_seconds", "Time to answer an inbound webhook")
claims = Counter(
    "rufbuch_gateway_claims_without_result_total", "What agents claimed before any tool had said so",
    {"kind": CLAIM_KINDS},
)  # fmt: skip
