"""Appointments in PostgreSQL."""
