"""How long a caller's question takes the whole service, beside an RPC that only asks Redis once."""
