"""Which services may call which RPC, where certificates tell who calls. What is not named is the operator's alone."""

ALLOWED: dict[str, frozenset[str]] = {
    rpc: frozenset(services.split())
    for rpc, services in {
        "ForgetCaller": "booking",
        "ExportCaller": "console operator",
        "GetCall": "console operator",
        "ListCalls": "console",
        "ListTruthCases": "console",
        "ResolveTruthCase": "console",
        "GetCallFigures": "console",
        "GetCallStatus": "console",
    }.items()
}
