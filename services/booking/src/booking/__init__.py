"""Keeps appointments."""
