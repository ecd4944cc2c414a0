"""Which worker of a parallel run gets which tests, and with which a run begins."""

from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/journeys", "tests/simulation")
"""Share what is long in coming (the whole system, a simulated world): one worker has all of each."""
FIRST = (
    *TOGETHER,
    "deploy/local/tests/test_stack.py",
    "deploy/local/tests/test_plugin.py",
    "deploy/check/tests/test_image.py",
    "services/booking/tests/test_history.py",
    "services/booking/tests/test_invariants.py",
    "services/booking/tests/test_bad_input.py",
    "services/booking/tests/test_waiting_machine.py",
    "services/booking/tests/test_lives_agreement.py",
    "services/booking/tests/test_bookings_agreement.py",
    "services/booking/tests/test_erasure.py",
    "services/calcom-sync/tests/test_proofs.py",
    "services/calcom-sync/tests/test_leaving.py",
    "services/calcom-sync/tests/test_moving.py",
    "services/staff-registry/tests/test_validation.py",
    "services/telephony-gateway/tests/language",
)
"""Take longest: what is begun last should be short, since the other workers wait for its end."""


class BySharing(LoadScopeScheduling):
    """Files stay whole, since their tests share fixtures, and what is ``TOGETHER`` stays so.

    By path, since pytest-xdist's own groups have no effect beside pytest 9.2 (pytest-dev/pytest-xdist#1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return next((place for place in TOGETHER if _is_in(path, place)), path)


def rank(nodeid: str) -> int:
    """The smaller, the earlier."""
    path = nodeid.partition("::")[0]
    return next((rank for rank, place in enumerate(FIRST) if _is_in(path, place)), len(FIRST))


def _is_in(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")
