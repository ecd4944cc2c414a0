"""All of an installation's PostgreSQL in one file, and back again into an empty one."""
