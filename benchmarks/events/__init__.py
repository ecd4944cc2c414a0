"""The event log: how many events a second are committed and come out in order."""
