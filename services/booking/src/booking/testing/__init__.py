"""For tests: samples, bookings in memory, an availability that says what it is told to."""
