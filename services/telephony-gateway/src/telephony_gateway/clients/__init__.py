"""The other services and Redis, as the use cases see them."""
