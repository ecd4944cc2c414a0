"""Businesses to try things with."""

from pathlib import Path

SALON = Path(__file__).with_name("salon.yaml")
"""The reference hair salon: ten services, processing times, three people."""
