"""The other services, as the pages ask them."""
