"""Functions that may take little, for tests in which they take all of it."""

import pytest

HASTY_S = 2.0
hasty = pytest.mark.parametrize("function_budget_s", [HASTY_S], ids=["hasty"])
