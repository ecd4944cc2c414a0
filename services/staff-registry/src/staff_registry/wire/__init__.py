"""Between this service's values and its protos."""
