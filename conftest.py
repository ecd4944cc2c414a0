"""What holds for the tests of every member."""

import gc
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings
from spreading import BySharing, rank
from xdist.remote import Producer

from chassis.testing import see_all_rows

# A busy machine makes a property slow, not wrong.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

# Tests look into what the services keep of all businesses.
see_all_rows()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Seven thousand tests are objects that stay: the collector need not look through them, now or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long; in what order the rest comes is drawn anew for each run."""
    items.sort(key=lambda item: rank(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> BySharing | None:
    """Several workers share files, not tests (``--dist loadfile``)."""
    return BySharing(config, log) if config.getoption("dist") == "loadfile" else None
