"""The tables of this service, and nothing of anybody else's."""
