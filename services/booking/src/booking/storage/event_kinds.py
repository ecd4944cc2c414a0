"""How the log names what has happened."""

BOOKED = "appointment_booked"
CANCELLED = "appointment_cancelled"
RESCHEDULED = "appointment_rescheduled"
COMPLETED = "appointment_completed"
NO_SHOW = "appointment_no_show"
CALLBACK_REQUESTED = "callback_requested"
CUSTOMER_ERASED = "customer_erased"
