"""What a booking costs beside its bare INSERT, and what a storm of bookings leaves behind."""
