"""The ledger of calls in PostgreSQL."""
