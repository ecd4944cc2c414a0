"""Which services may call which RPC, where certificates tell who calls. What is not named is the operator's alone."""

ALLOWED: dict[str, frozenset[str]] = {
    rpc: frozenset(services.split())
    for rpc, services in {
        "ResolveDialledNumber": "telephony-gateway operator",
        "GetBusiness": "telephony-gateway availability booking calcom-sync console operator",
        "ListBusinesses": "availability calcom-sync operator",
        "BatchGetBusinessNames": "console",
        "GetMappingMatrix": "console operator",
        "GetCalendarSetup": "calcom-sync",
        "GetMessageSetup": "booking",
        "WatchChanges": "telephony-gateway availability calcom-sync",
        "FindDuplicates": "console operator",
        "MarkDifferentPeople": "console operator",
        "PlanMerge": "console operator",
        "ApplyMerge": "console operator",
        "PlanLink": "console operator",
        "ApplyLink": "console operator",
        "GetResolution": "console operator",
        "ListResolutions": "console operator",
        "UndoResolution": "console operator",
    }.items()
}
