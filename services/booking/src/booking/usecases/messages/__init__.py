"""Noting down, sending and reading messages."""
