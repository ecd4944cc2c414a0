"""A story told to any server that claims to be Cal.com's API v2, and what it answered differently."""
