"""What this service does, one module each; the outside comes in as arguments."""
