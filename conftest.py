"""What holds for the tests of every member."""

from hypothesis import HealthCheck, settings

# A busy machine makes a property slow, not wrong.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
