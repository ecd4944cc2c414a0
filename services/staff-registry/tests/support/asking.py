"""Asking the registry, and being refused."""

from dataclasses import replace
from typing import Any

import grpc
import pytest

from chassis.grpc_client import Fault, fault_of
from staff_registry.domain.business import Business


async def refused(call: Any) -> Fault:
    """What a call is refused with."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return fault_of(caught.value)


def with_number(business: Business, key: str, *numbers: str) -> Business:
    """Another business of the same make under other numbers."""
    branch = replace(business.branches[0], dialled_numbers=numbers)
    return replace(business, key=key, branches=(branch,))
