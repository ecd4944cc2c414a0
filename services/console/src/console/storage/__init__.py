"""The console's own tables: users, sessions, what was done."""
