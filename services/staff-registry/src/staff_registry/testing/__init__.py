"""What tests of this service, and of those above it, share."""
