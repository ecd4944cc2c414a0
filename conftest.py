"""What holds for the tests of every member."""

from hypothesis import HealthCheck, settings

from chassis.testing import see_all_rows

# A busy machine makes a property slow, not wrong.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

# Tests look into what the services keep of all businesses.
see_all_rows()
