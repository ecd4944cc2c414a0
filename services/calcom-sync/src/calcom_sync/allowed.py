"""Which services may call which RPC, where certificates tell who calls. What is not named is the operator's alone."""

ALLOWED: dict[str, frozenset[str]] = {
    rpc: frozenset(services.split())
    for rpc, services in {
        "ForgetAttendee": "booking",
        "GetSyncState": "booking console operator",
        "ListSyncCases": "console operator",
        "RetrySync": "console operator",
        "ListUnsettled": "console",
        "GetSyncFigures": "console",
        "GetSyncStatus": "console",
        "VerifySync": "console operator",
        "ResolveCase": "console",
        "Reconcile": "console",
        "CheckAccounts": "console operator",
        "CheckMappings": "staff-registry console operator",
        "ListBusyTimes": "console operator",
        "DescribeAccounts": "staff-registry",
        "WatchBusyTimes": "availability",
        "CheckTimes": "availability",
        "MirrorHolds": "availability",
        "GetBudget": "console",
        "DescribePeople": "staff-registry",
        "ReassignPerson": "staff-registry",
        "ReturnPerson": "staff-registry",
    }.items()
}
