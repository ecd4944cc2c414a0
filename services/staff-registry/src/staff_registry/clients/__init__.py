"""Other services, as the use cases need them."""
