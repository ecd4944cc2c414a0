"""The ways to Redis and to the other services."""
