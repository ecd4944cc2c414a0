"""What a phone call is, and what is said in it; no I/O."""
