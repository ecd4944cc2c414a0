"""Helpers for tests of this service."""
