"""Which services may call which RPC, where certificates tell who calls. What is not named is the operator's alone."""

ALLOWED: dict[str, frozenset[str]] = {
    rpc: frozenset(services.split())
    for rpc, services in {
        "SearchSlots": "telephony-gateway booking",
        "ClaimOption": "booking",
        "BatchClaimOptions": "booking",
        "ExtendHold": "telephony-gateway",
        "ReleaseHolds": "telephony-gateway booking",
        "HoldOptions": "booking",
        "ExplainSlot": "booking console",
        "PlanSlot": "booking",
        "BatchGetDays": "console",
        "GetDay": "console",
        "DescribePeople": "staff-registry",
        "GetStreamStatus": "console",
    }.items()
}
