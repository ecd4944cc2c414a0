"""Retell's HTTP: functions, webhooks, inbound."""
