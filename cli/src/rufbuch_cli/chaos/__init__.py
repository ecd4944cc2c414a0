"""The real processes killed, stopped, restarted and cut off under callers; what these heard is compared with what is so."""
