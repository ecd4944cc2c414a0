"""What the gateway counts."""

from prometheus_client import Counter, Histogram

refused = Counter("rufbuch_gateway_refused_total", "Requests that were not believed", ["reason"])
answers = Counter("rufbuch_gateway_answers_total", "Answers to functions", ["function", "status"])
errors = Counter("rufbuch_gateway_errors_total", "Functions that could not be served", ["reason"])
seconds = Histogram("rufbuch_gateway_function_seconds", "Time to answer a function", ["function"])
