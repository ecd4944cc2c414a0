"""Which services may call which RPC, where certificates tell who calls. What is not named is the operator's alone."""

ALLOWED: dict[str, frozenset[str]] = {
    rpc: frozenset(services.split())
    for rpc, services in {
        "BookAppointment": "telephony-gateway console",
        "BookSeries": "telephony-gateway",
        "OverbookAppointment": "console",
        "RescheduleAppointment": "telephony-gateway console",
        "CancelAppointment": "telephony-gateway calcom-sync console",
        "CompleteAppointment": "console",
        "MarkNoShow": "console",
        "FindCustomer": "telephony-gateway console operator",
        "ExportCustomer": "console operator",
        "BeginErasure": "console operator",
        "GetErasure": "console operator",
        "RequestCallback": "telephony-gateway calcom-sync",
        "ListCallbacks": "telephony-gateway console operator",
        "ResolveCallback": "console",
        "AssignCallback": "console",
        "JoinWaitlist": "telephony-gateway",
        "ListWaitlist": "telephony-gateway console operator",
        "LeaveWaitlist": "console",
        "ListMessages": "console",
        "RetryMessage": "console",
        "GetAppointment": "telephony-gateway console",
        "ListAppointments": "telephony-gateway console operator",
        "DescribePeople": "staff-registry",
        "UnitePeople": "staff-registry",
        "SeparatePeople": "staff-registry",
        "GetBookingFigures": "console",
        "GetEventLag": "console",
        "WatchEvents": "availability calcom-sync",
    }.items()
}
