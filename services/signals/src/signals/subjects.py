"""What a span and the log lines inside it are about: ids, never people."""

from opentelemetry import trace

PREFIX = "rufbuch."
SUBJECTS = ("tenant_id", "call_id", "appointment_id")


def tell_subjects(request: object) -> None:
    """Note on the present span what a request is about, as far as it says so."""
    span = trace.get_current_span()
    if not span.is_recording():
        return
    for name in SUBJECTS:
        value = getattr(request, name, "")
        if isinstance(value, str) and value:
            span.set_attribute(PREFIX + name, value)


def subjects_of(span: trace.Span) -> dict[str, str]:
    """What was noted."""
    attributes = getattr(span, "attributes", None) or {}
    return {name: str(attributes[PREFIX + name]) for name in SUBJECTS if PREFIX + name in attributes}
