"""A stand-in for Cal.com's API v2 with the same answers, the same races and the same unkindness."""
