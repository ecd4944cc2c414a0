"""Businesses to try things with."""

from pathlib import Path

SALON = Path(__file__).with_name("salon.yaml")
"""The reference hair salon: ten services, processing times, three people."""
PHYSIOTHERAPY = Path(__file__).with_name("physiotherapy.yaml")
"""A practice with treatment rooms, buffers, notice, and a therapist who takes longer."""
WORKSHOP = Path(__file__).with_name("workshop.yaml")
"""A car workshop with three mechanics and two bays."""
SCHEMA = Path(__file__).with_name("business.schema.json")
"""What editors need to help with such files; see ``yaml_file.schema``."""
