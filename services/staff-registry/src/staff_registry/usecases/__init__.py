"""What the service does; each module says which ports it needs."""
