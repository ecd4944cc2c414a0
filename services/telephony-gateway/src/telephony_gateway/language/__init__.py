"""Words into values and values into sentences: pure, no clock, no network, no model."""
