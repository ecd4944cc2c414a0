"""Simulated callers: people on the phone, and the agent that Retell would run for them."""
