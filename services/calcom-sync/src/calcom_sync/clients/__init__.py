"""What others offer: Cal.com over HTTP, the registry and booking over gRPC, the budget in Redis."""
