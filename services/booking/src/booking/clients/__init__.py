"""The services that booking asks."""
