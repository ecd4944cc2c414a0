"""Runs a recorded call against this build, with the clock of then, and shows where the answers differ."""
