"""The service's own schema in PostgreSQL."""
