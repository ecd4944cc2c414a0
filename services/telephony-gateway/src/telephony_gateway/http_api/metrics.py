"""What the gateway counts."""

from prometheus_client import Counter, Histogram

refused = Counter("rufbuch_gateway_refused_total", "Requests that were not believed", ["reason"])
verified = Counter("rufbuch_gateway_verified_total", "Requests whose signature holds", ["workspace"])
answers = Counter("rufbuch_gateway_answers_total", "Answers to functions", ["function", "status"])
errors = Counter("rufbuch_gateway_errors_total", "Functions that could not be served", ["reason"])
seconds = Histogram("rufbuch_gateway_function_seconds", "Time to answer a function", ["function"])
oddities = Counter(
    "rufbuch_gateway_oddities_total", "What agents and flows got wrong, though it was answered", ["kind"]
)
twins = Counter("rufbuch_gateway_twins_total", "Function calls that shared the answer of another", ["where"])
events = Counter("rufbuch_gateway_events_total", "Webhook events", ["event"])
inbound = Counter("rufbuch_gateway_inbound_total", "Inbound webhooks", ["outcome"])
inbound_seconds = Histogram("rufbuch_gateway_inbound_seconds", "Time to answer an inbound webhook")
claims = Counter(
    "rufbuch_gateway_claims_without_result_total", "What agents claimed before any tool had said so", ["kind"]
)
